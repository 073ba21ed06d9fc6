import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { Failed } from "../domain/failed.ts";
import { openRepository } from "../git/repository.ts";
import { summarize, type Summary } from "../report/run/summary.ts";
import { reportText } from "../report/run/text.ts";
import type { Context } from "./context.ts";
import { findRun } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("report")
    .description("Print the final report of a run again.")
    .argument("[run]", "the run's id; without it the last run")
    .option("--json", "print the report as JSON")
    .option("--html <file>", "write the report to a file that a browser shows")
    .action(async (run, { json, html }) => {
      const summary = await summaryOf(io.cwd, run);
      if (html !== undefined) {
        await writeHtml(resolve(io.cwd, html), summary);
        io.err(`report written to ${html}\n`);
      }
      if (json) io.out(JSON.stringify(summary, null, 2) + "\n");
      else if (html === undefined) {
        io.out(reportText(summary, { color: io.colorOut, columns: io.columns }));
      }
    });
}

async function summaryOf(cwd: string, id: string | undefined): Promise<Summary> {
  const repo = await openRepository(cwd);
  const run = await findRun(repo.commonDir, id);
  if (!run) throw new Failed({ reason: "run_not_found" });
  return summarize(run.record, run.live ? Date.now() : undefined);
}

async function writeHtml(path: string, summary: Summary): Promise<void> {
  const { reportHtml } = await import("../report/run/html.ts");
  try {
    await Deno.writeTextFile(path, reportHtml(summary));
    return;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Failed({ reason: "io_failed", path, detail });
  }
}
