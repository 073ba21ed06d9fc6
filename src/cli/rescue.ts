import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { RESCUE_REFS, WORKTREES_DIR } from "../domain/names.ts";
import { closest } from "../domain/suggest.ts";
import { makeWorktreesFolder } from "../git/worktrees/folder.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { commitsIn, listRescues, type Rescued } from "../git/rescue/list.ts";
import { freeFolder, restore } from "../git/rescue/restore.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { type RescueEntry, rescueListText, restoredText } from "../report/commands/rescue.ts";
import type { Context } from "./context.ts";

export function command(context: Context) {
  const rescue = new Command("rescue")
    .usage("[options] [list|restore]")
    .description("List and restore work that was kept before a removal");
  rescue.command("list", { isDefault: true })
    .description("List the rescue refs")
    .option("--json", "Print the list as JSON")
    .action(({ json }) => list(context, json));
  rescue.command("restore")
    .description(
      "Restore work in a new worktree on a new branch, with its files, what was staged " +
        "and what was in conflict. Nothing is overwritten",
    )
    .argument("<ref>", "Rescue ref, or its end: run and task, or the task alone")
    .option("--to <folder>", `Where to (default: a new folder in ${WORKTREES_DIR}/)`)
    .option("--json", "Print where it is as JSON")
    .action((ref, { to, json }) => bringBack(context, ref, { to, json }));
  return rescue;
}

async function list(context: Context, json?: true): Promise<void> {
  const { io } = context;
  const repo = await repositoryAt(io.cwd);
  const rescues = await listRescues(repo);
  const entries: RescueEntry[] = [];
  for (const rescued of rescues) {
    const commits = await commitsIn(repo, rescued);
    entries.push(entryOf(rescued, commits));
  }
  if (json) io.out(JSON.stringify({ rescues: entries }) + "\n");
  else io.out(rescueListText(entries, { color: io.colorOut }));
}

function entryOf({ ref, sha, note }: Rescued, commits: number): RescueEntry {
  return {
    ref,
    sha,
    run: note.run,
    task: note.task,
    branch: note.branch ?? null,
    commits,
    uncommitted: note.index !== undefined,
    unfinished: note.unfinished ?? null,
    stashes: note.stashes.length,
    repositories: note.nested.length,
  };
}

async function bringBack(
  context: Context,
  name: string,
  { to, json }: { to: string | undefined; json: true | undefined },
): Promise<void> {
  const { io } = context;
  const repo = await repositoryAt(io.cwd);
  const found = await find(repo, name);
  const { folder } = await makeWorktreesFolder(repo);
  const { ref, note } = found;
  const path = to === undefined ? freeFolder(folder, note.task) : resolve(io.cwd, to);
  const { incomplete, ...work } = await restore(repo, found, path);
  if (json) io.out(JSON.stringify({ ref, ...work }) + "\n");
  else io.out(restoredText({ ref, ...work }, note.unfinished));
  if (incomplete) io.err(formatFailure(incomplete, { color: io.colorErr }));
}

/** The only rescue ref with this name, or whose name ends like this. */
async function find(repo: Repository, name: string): Promise<Rescued> {
  const rescues = await listRescues(repo);
  const exact = rescues.find(({ ref }) => ref === name);
  const ending = rescues.filter(({ ref }) => ref.endsWith(`/${name}`));
  const one = exact ?? (ending.length === 1 ? ending[0] : undefined);
  if (one) return one;
  if (ending.length > 1) {
    const message = `${ending.length} rescue refs end with ${name}`;
    throw new Failed({
      reason: "usage",
      message,
      hint: `name one: ${ending.map(({ ref }) => ref).join(" ")}`,
    });
  }
  const near = closest(name, rescues.map(({ ref }) => ref.slice(RESCUE_REFS.length + 1)));
  throw new Failed({
    reason: "usage",
    message: `there is no rescue ref ${name}`,
    hint: near === undefined ? "list them: parex rescue list" : `did you mean ${near}?`,
  });
}
