import { exists, folderSize, io, isAbsent } from "../../util/files.ts";
import { listRuns, liveRun, runDir, stateDir } from "../../journal/store.ts";

/** What only people read of an old run. Its journal, and what was kept at borders, stay. */
const BULK = ["transcripts", "logs", "prompts", "tmp"];

/** Folders of old runs and checks that a cleanup removes. */
export interface OldRuns {
  folders: string[];
  /** How many runs and checks they belong to. */
  runs: number;
  bytes: number;
}

/** What the runs, and the calls of `parex check`, before the last `keep` ones have left. */
export async function findOldRuns(commonDir: string, keep: number): Promise<OldRuns> {
  const live = liveRun(commonDir)?.run;
  const runs = (await listRuns(commonDir)).slice(0, -keep).filter((run) => run !== live);
  const ofRuns = runs.map((run) => BULK.map((name) => `${runDir(commonDir, run)}/${name}`));
  const ofChecks = (await checksIn(commonDir)).slice(0, -keep).map((folder) => [folder]);
  const old: OldRuns = { folders: [], runs: 0, bytes: 0 };
  for (const folders of [...ofRuns, ...ofChecks]) {
    const there = folders.filter(exists);
    if (there.length > 0) old.runs++;
    old.folders.push(...there);
    for (const folder of there) old.bytes += await folderSize(folder);
  }
  return old;
}

/** Removes them. A folder that is gone already is no failure. */
export async function removeOldRuns({ folders }: OldRuns): Promise<void> {
  for (const folder of folders) {
    await io(folder, async () => {
      try {
        await Deno.remove(folder, { recursive: true });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
  }
}

/** The folders of `parex check`, oldest first. */
async function checksIn(commonDir: string): Promise<string[]> {
  const folder = `${stateDir(commonDir)}/checks`;
  if (!exists(folder)) return [];
  const entries = await io(folder, () => Array.fromAsync(Deno.readDir(folder)));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => `${folder}/${name}`)
    .sort();
}
