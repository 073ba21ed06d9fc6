import { Command } from "@commander-js/extra-typings";
import { basename, relative, resolve } from "node:path";
import { PLANS_DIR } from "../domain/names.ts";
import { findRepository } from "../hook/repository.ts";
import { skeletonOf } from "../plan/skeleton.ts";
import { writePlanFiles } from "../plan/write_files.ts";
import { shellWord } from "../report/escape.ts";
import type { Context } from "./context.ts";

export function command({ io }: Context) {
  return new Command("new")
    .description("Write a plan with one task that explains itself, to fill in")
    .argument("[name]", "The plan's name (default: the repository's)")
    .option("--to <folder>", `Where the plan goes (default: ${PLANS_DIR})`)
    .option("--force", "Replace existing files")
    .action(async (name, flags) => {
      const top = findRepository(io.cwd)?.top ?? io.cwd;
      const folder = flags.to === undefined ? resolve(top, PLANS_DIR) : resolve(io.cwd, flags.to);
      const files = skeletonOf(name ?? (basename(top) || "plan"));
      const written = await writePlanFiles(folder, files, flags.force ?? false);
      const path = relative(io.cwd, written.path) || written.path;
      io.out(`${path}: a plan with one task${written.unchanged ? "; it was there already" : ""}\n`);
      io.err(
        `next: fill in the plan and its task file, then: parex validate ${shellWord(path)}\n` +
          'or let an agent draft it: parex plan "<what is to be done>"\n',
      );
    });
}
