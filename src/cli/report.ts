import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { readJournal, runDir } from "../journal/store.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import { summarize } from "../report/run/summary.ts";
import { reportText } from "../report/run/text.ts";
import { io as writing } from "../util/files.ts";
import type { Context } from "./context.ts";
import { withOwnCommits } from "../run/maintenance/branch_status.ts";
import { findRun, historyOf, type KnownRun, runsBefore } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("report")
    .description("Print the report of the plan over all its runs, or of one run")
    .argument("[run]", "Only this run (the beginning of its id will do)")
    .option("--run <id>", "The same")
    .option("--json", "Print the report as JSON")
    .option("--html <file>", "Write the page of `parex web` with all its data to one file")
    .action(async (argument, { run: option, json, html }) => {
      const id = argument ?? option;
      const repo = await repositoryAt(io.cwd);
      const run = await findRun(repo.commonDir, id);
      if (!run) throw new Failed({ reason: "run_not_found" });
      if (html !== undefined) {
        await writePage(resolve(io.cwd, html), repo, run, id === undefined);
        io.err(`Report written to ${html}\n`);
      }
      const record = id === undefined
        ? await withOwnCommits(repo, await historyOf(repo.commonDir, run.record))
        : run.record;
      const summary = summarize(record, run.live ? Date.now() : undefined);
      if (json) io.out(JSON.stringify(summary, null, 2) + "\n");
      else if (html === undefined) {
        io.out(reportText(summary, { color: io.colorOut, columns: io.columns }));
      }
    });
}

/** `whole`: the page is about the plan over all its runs. */
async function writePage(
  path: string,
  repo: Repository,
  { record, live }: KnownRun,
  whole: boolean,
) {
  const { commonDir } = repo;
  const secrets = await secretsForRecords(repo, record.settings?.copy ?? [], processEnv());
  const runs = [...(whole ? await runsBefore(commonDir, record) : []), record];
  const events = [];
  for (const { run } of runs) events.push(...await readJournal(runDir(commonDir, run)));
  const { reportPage } = await import("../web/report_page.ts");
  const folder = { repo, dir: runDir(commonDir, record.run), secrets };
  const page = await reportPage(folder, events, { live, whole });
  await writing(path, () => Deno.writeTextFile(path, page));
}
