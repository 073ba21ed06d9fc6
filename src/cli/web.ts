import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { openBrowser } from "../exec/browser.ts";
import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import { repositoryAt } from "./repository.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import { runDir } from "../journal/store.ts";
import type { WebRun } from "../web/served_run.ts";
import type { WebServer } from "../web/server.ts";
import type { Context, Io } from "./context.ts";
import { untilInterrupted } from "./interrupt.ts";
import { findRun, runsBefore } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("web")
    .description(
      "Show the plan over all its runs, or one run, as a page in the browser: progress, timeline, " +
        "dependency graph, transcripts, changes. It is served on this machine alone, and follows a " +
        "live run until Ctrl-C",
    )
    .argument("[run]", "Only this run (the beginning of its id will do)")
    .option("--port <n>", "Port to listen on (default: any free one)", portOf)
    .option(
      "--control",
      "Let the page answer questions, retry and stop tasks; without it it is read-only",
    )
    .option("--no-open", "Print the address, and open no browser")
    .action(async (id, { port, control, open }) => {
      const run = await webRun(io.cwd, id);
      await using server = await serve(run, { port: port ?? 0, control: control ?? false });
      const { url } = server;
      io.out(`${url}\n`);
      io.err("Press Ctrl-C to stop\n");
      await using _opened = open && canSeeBrowser(io) ? await openBrowser(url) : undefined;
      await untilInterrupted();
    });
}

/** Whether a person is there who can see a browser on this machine. */
function canSeeBrowser({ stdoutIsTerminal }: Io): boolean {
  const { SSH_CONNECTION, CI } = processEnv();
  return stdoutIsTerminal && !SSH_CONNECTION && !CI;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a whole number from 0 to 65535");
}

async function webRun(cwd: string, id: string | undefined): Promise<WebRun> {
  const repo = await repositoryAt(cwd);
  const found = await findRun(repo.commonDir, id);
  if (!found) throw new Failed({ reason: "run_not_found" });
  const { run, settings } = found.record;
  const before = id === undefined ? await runsBefore(repo.commonDir, found.record) : undefined;
  const secrets = await secretsForRecords(repo, settings?.copy ?? [], processEnv());
  const dir = runDir(repo.commonDir, run);
  return { repo, id: run, dir, secrets, earlier: before?.map(({ run }) => run) };
}

async function serve(
  run: WebRun,
  options: { port: number; control: boolean },
): Promise<WebServer> {
  const { serveRun } = await import("../web/server.ts");
  try {
    return serveRun(run, options);
  } catch (error) {
    const { AddrInUse, PermissionDenied } = Deno.errors;
    if (!(error instanceof AddrInUse || error instanceof PermissionDenied)) throw error;
    const message = `port ${options.port} is in use, or not yours to use`;
    throw new Failed({ reason: "usage", message, hint: "parex web" });
  }
}
