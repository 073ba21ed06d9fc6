import { Command } from "@commander-js/extra-typings";
import { repositoryAt } from "./repository.ts";
import { liveRun, runDir, runsNewestFirst } from "../journal/store.ts";
import { runsText } from "../report/commands/runs.ts";
import { type RunLine, runLine } from "../report/run/run_line.ts";
import { folderSize } from "../util/files.ts";
import type { Context } from "./context.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("runs")
    .description("List the runs of this repository, the last one first")
    .option("--json", "Print the runs as JSON")
    .action(async ({ json }) => {
      const { commonDir } = await repositoryAt(io.cwd);
      const live = liveRun(commonDir)?.run;
      const runs: (RunLine & { bytes: number })[] = [];
      for await (const { record } of runsNewestFirst(commonDir, { lenient: true })) {
        const bytes = await folderSize(runDir(commonDir, record.run));
        runs.push({ ...runLine(record, record.run === live), bytes });
      }
      if (json) io.out(JSON.stringify({ runs }) + "\n");
      else io.out(runsText(runs, { color: io.colorOut, columns: io.columns }));
    });
}
