import type { Settings } from "../../src/domain/settings.ts";
import type { Repository } from "../../src/git/repository.ts";
import { type Recover, recovering, type RecoveryScope } from "../../src/recovery/recover.ts";

export interface RecoveryRig {
  recover: Recover;
  /** `tier: action, outcome` of every step. */
  steps: string[];
  /** Milliseconds of every wait. */
  pauses: number[];
}

export interface RigOptions {
  settings?: Partial<Pick<Settings, "recoveryModel" | "recoveryEscalate">>;
  env?: Record<string, string>;
  answerMs?: number | undefined;
  /** Called instead of waiting. */
  whileWaiting?: () => Promise<unknown>;
}

/** Recovery that asks nobody, unless configured to, and does not wait. */
export function recoveryRig(repo: Repository, options: RigOptions = {}): RecoveryRig {
  const steps: string[] = [];
  const pauses: number[] = [];
  const scope: RecoveryScope = {
    repo,
    settings: { recoveryModel: "none", recoveryEscalate: "none", ...options.settings },
    env: { PATH: Deno.env.get("PATH") ?? "", ...options.env },
    emit: (event) => {
      if (event.type !== "recovery.step") return;
      steps.push(`${event.tier}: ${event.action}, ${event.outcome}`);
    },
    wait: async (ms) => {
      pauses.push(ms);
      await options.whileWaiting?.();
    },
    ...(options.answerMs === undefined ? {} : { answerMs: options.answerMs }),
  };
  return { recover: recovering(scope), steps, pauses };
}

/** Sets a file's modification time so many seconds back. */
export async function age(path: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  await Deno.utime(path, then, then);
}
