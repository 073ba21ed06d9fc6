import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
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
      if (!summary.ok) return context.fail(summary.failure);
      if (html !== undefined) {
        const written = await writeHtml(resolve(io.cwd, html), summary.value);
        if (!written.ok) return context.fail(written.failure);
        io.err(`report written to ${html}\n`);
      }
      if (json) io.out(JSON.stringify(summary.value, null, 2) + "\n");
      else if (html === undefined) {
        io.out(reportText(summary.value, { color: io.colorOut, columns: io.columns }));
      }
    });
}

async function summaryOf(cwd: string, id: string | undefined): Promise<Result<Summary>> {
  const repo = await openRepository(cwd);
  if (!repo.ok) return repo;
  const run = await findRun(repo.value.commonDir, id);
  if (!run.ok) return run;
  if (!run.value) return fail({ reason: "run_not_found" });
  return ok(summarize(run.value.record, run.value.live ? Date.now() : undefined));
}

async function writeHtml(path: string, summary: Summary): Promise<Result<void>> {
  const { reportHtml } = await import("../report/run/html.ts");
  try {
    await Deno.writeTextFile(path, reportHtml(summary));
    return ok();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail({ reason: "io_failed", path, detail });
  }
}
