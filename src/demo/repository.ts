import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { Failed } from "../domain/failed.ts";
import { CONFIG_PATH } from "../domain/names.ts";
import { makeTempFolder } from "../exec/temp.ts";
import { io } from "../util/files.ts";
import { Git } from "../git/git.ts";
import { planFiles } from "./plan.ts";
import { CHECKS, EXECUTABLES, SAMPLE } from "./sample.ts";

/** Makes the demo look the same whatever the user's own git configuration says. */
const GIT_CONFIG = {
  "user.name": "parex demo",
  "user.email": "demo@parex.invalid",
  "commit.gpgSign": "false",
  "core.autocrlf": "false",
  "core.hooksPath": ".git/hooks",
};

/** A new temporary folder, or the one that is wanted, which must not hold anything yet. */
export async function makeScratchFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    return await io(tmpdir(), () => makeTempFolder("parex-demo-"));
  }
  const names = await io(wanted, async () => {
    await Deno.mkdir(wanted, { recursive: true });
    return await Array.fromAsync(Deno.readDir(wanted));
  });
  if (names.length === 0) return wanted;
  throw new Failed({
    reason: "usage",
    message: `${wanted} is not empty`,
    hint: "name a folder that does not exist yet",
  });
}

/**
 * Makes the demo's repository in `folder`, which is new or empty: the project, its plan and its
 * configuration, which names the agent's command, in one commit on `main`.
 */
export async function makeRepository(
  folder: string,
  agentCommand: string,
  { planned }: { planned: boolean } = { planned: true },
): Promise<void> {
  await writeFiles(folder, {
    ...SAMPLE,
    ...(planned && planFiles(new Date())),
    [CONFIG_PATH]: stringify({ agent: "command", "agent-command": agentCommand, ...CHECKS }),
  });
  const steps = [
    ["init", "--quiet", "--template=", "--initial-branch=main"],
    ...Object.entries(GIT_CONFIG).map(([key, value]) => ["config", key, value]),
    ["add", "--all", "--force"],
    ["commit", "--quiet", "-m", "feat: count the lines of a text"],
  ];
  // There is no repository yet when the first of them runs.
  const git = new Git(folder, { discover: true });
  for (const step of steps) {
    await git.git(step);
  }
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await io(file, async () => {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, content);
      if (EXECUTABLES.includes(path)) await Deno.chmod(file, 0o755);
    });
  }
}
