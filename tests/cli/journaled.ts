import { runCli } from "../../src/cli/program.ts";
import type { EventBody, RunEvent } from "../../src/domain/event.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { runDir } from "../../src/journal/store.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { recordedIo } from "./recorded_io.ts";

export const RUN = "20261122-093000-k3f9";

const PLAN = `metadata: { name: word-count }
tasks:
  - { id: task-0, name: Set up, priority: high, dependencies: [], description: begin }
  - { id: task-1, name: Count, priority: low, dependencies: [task-0], description: count }
`;

/** A repository with a plan that lies where it is looked for. */
export async function repoWithPlan(): Promise<TempRepo> {
  return await tempRepo({ files: { ".parallel/plans/plan.yaml": PLAN } });
}

/** An event without the envelope, which the journal adds. */
export function bodyOf({ v: _v, seq: _seq, at: _at, run: _run, ...body }: RunEvent): EventBody {
  return body as EventBody;
}

/** Writes the journal of a run in a repository, as a run does. */
export function writeJournal(repo: TempRepo, events: readonly RunEvent[], run = RUN): void {
  const journal = openJournal(runDir(`${repo.root}/.git`, run), run);
  for (const event of events) journal.emit(bodyOf(event));
  journal.close();
}

export function ioIn(repo: TempRepo) {
  return { ...recordedIo(), cwd: repo.root };
}

/** Runs parex in a repository, in this process, and returns what it said. */
export async function runIn(repo: TempRepo, ...args: string[]) {
  const io = ioIn(repo);
  const code = await runCli(args, io);
  return { code, stdout: io.stdout(), stderr: io.stderr() };
}
