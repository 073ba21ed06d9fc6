import { dirname, join } from "node:path";
import { Git } from "../../src/git/git.ts";
import { testEnv, TIDY_GIT } from "./env.ts";

/** As text, since three more processes for each repository are felt in the time that all tests take. */
const SETTINGS = `[user]
\tname = Test
\temail = test@example.org
[gc]
\tauto = 0
`;

export interface TempRepo extends AsyncDisposable {
  /** The checkout's top level, a real path. */
  root: string;
  /** git in the checkout, as parex runs it. */
  at: Git;
  /** Runs git in the checkout, or in `cwd` below it; throws on any exit code but 0. */
  git(args: string[], cwd?: string): Promise<string>;
  /** Writes files, relative to the checkout. */
  write(files: Record<string, string>): Promise<void>;
  read(path: string): Promise<string>;
  /** Writes files and commits all; returns the commit's id. */
  commit(message: string, files?: Record<string, string>): Promise<string>;
}

export interface TempRepoOptions {
  /** The first commit's files; default one README. */
  files?: Record<string, string>;
  /** What is committed after that, one commit for each entry. */
  commits?: Record<string, string>[];
  /** Name of the checkout's folder. */
  name?: string;
  /** The folder in which it is made; absent: the system's for temporary files. */
  dir?: string | undefined;
  /** False: `git init` and nothing else. */
  committed?: boolean;
}

/** A repository in a temporary folder, with an identity of its own, on branch `main`. */
export async function tempRepo(options: TempRepoOptions = {}): Promise<TempRepo> {
  const where: Deno.MakeTempOptions = { prefix: "parex-repo-" };
  if (options.dir !== undefined) where.dir = options.dir;
  const folder = await Deno.realPath(await Deno.makeTempDir(where));
  const root = join(folder, options.name ?? "repo");
  await Deno.mkdir(root);
  const repo = repoAt(root, folder);
  await repo.git(["init", "-q", "-b", "main"]);
  await Deno.writeTextFile(join(root, ".git/config"), SETTINGS, { append: true });
  if (options.committed === false) return repo;
  await repo.commit("Begin", options.files ?? { "README.md": "# Sample\n" });
  for (const [index, files] of (options.commits ?? []).entries()) {
    await repo.commit(`Change ${index + 1}`, files);
  }
  return repo;
}

function repoAt(root: string, folder: string): TempRepo {
  const git = async (args: string[], cwd = root) => {
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args,
      cwd,
      stdin: "null",
      clearEnv: true,
      env: testEnv({ LC_ALL: "C", ...TIDY_GIT }),
    }).output();
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trimEnd();
  };
  const write = (files: Record<string, string>) => writeFiles(root, files);
  return {
    root,
    at: new Git(root),
    git,
    write,
    read: (path) => Deno.readTextFile(join(root, path)),
    commit: async (message, files = {}) => {
      await write(files);
      await git(["add", "-A"]);
      await git(["commit", "-q", "--allow-empty", "-m", message]);
      return await git(["rev-parse", "HEAD"]);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Writes files below `folder`, with the folders they need. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
}

/** A file's text, or undefined if it is not there. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The lock of a git that was killed: nobody has touched it for a minute. */
export async function leaveLock(path: string): Promise<void> {
  await Deno.writeTextFile(path, "");
  const then = new Date(Date.now() - 60_000);
  await Deno.utime(path, then, then);
}
