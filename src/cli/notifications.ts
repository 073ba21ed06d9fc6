import { processEnv } from "../exec/env.ts";
import { bellOf } from "../report/live/bell.ts";
import type { Reporter } from "../report/live/reporter.ts";
import { Notifier } from "../run/notify.ts";
import type { Context } from "./context.ts";
import type { ReadyRun } from "./ready_run.ts";

/** What the settings of a run say about notifications. */
export function notifierOf(
  io: Context["io"],
  { repo, settings }: ReadyRun,
  reporter: Reporter,
): Notifier {
  const rings = settings.bell && io.redraws;
  return new Notifier({
    command: settings.notify,
    cwd: repo.checkout,
    ring: rings ? (notification) => io.err(bellOf(notification, processEnv())) : undefined,
    onFailure: (why) => reporter.say(`warning: the notify command failed: ${why}`),
  });
}
