import { TIMEOUTS } from "../domain/timeouts.ts";
import { join } from "node:path";
import { exists } from "../util/files.ts";
import { detailOf, entries, type Git } from "./git.ts";

/** A submodule that could not be checked out. */
export interface MissingSubmodule {
  /** Relative to the worktree. */
  path: string;
  /** git's own message. */
  detail: string;
}

interface Submodule {
  name: string;
  path: string;
  url: string;
}

/**
 * Checks out in a worktree the submodules that the user's checkout has, from the objects there, and those
 * that the checkout does not have yet. Uses the network only for what is missing. Existing files in the
 * worktree stay as they are, and the shared config is not changed.
 */
export async function fillSubmodules(
  checkout: Git,
  worktree: Git,
  signal?: AbortSignal,
): Promise<MissingSubmodule[]> {
  if (!exists(join(worktree.path, ".gitmodules"))) return [];
  const known = new Set((await submodulesOf(checkout)).map(({ name }) => name));
  const missing: MissingSubmodule[] = [];
  for (const submodule of await submodulesOf(worktree)) {
    const { name, path } = submodule;
    const [here, copy] = [checkout.below(path), worktree.below(path)];
    const isUsers = exists(join(here.path, ".git"));
    if (known.has(name) && !isUsers) continue;
    if (!exists(join(copy.path, ".git"))) {
      const detail = await fill(worktree, submodule, isUsers ? here : undefined, signal);
      if (detail !== undefined) missing.push({ path, detail });
    }
    const nested = await fillSubmodules(here, copy, signal);
    missing.push(...nested.map((one) => ({ ...one, path: join(path, one.path) })));
  }
  return missing;
}

/** The submodules in `.gitmodules`; an entry without a path or a URL is skipped. */
async function submodulesOf(tree: Git): Promise<Submodule[]> {
  if (!exists(join(tree.path, ".gitmodules"))) return [];
  const args = ["config", "--null", "--file", ".gitmodules", "--get-regexp", "^submodule\\."];
  const listed = await tree.result(args);
  const found = new Map<string, Partial<Submodule>>();
  for (const entry of entries(listed.stdout)) {
    const [, name, key, value] = /^submodule\.(.*)\.([^.\n]+)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || (key !== "path" && key !== "url")) continue;
    found.set(name, { ...found.get(name), [key]: value });
  }
  return [...found].flatMap(([name, { path, url }]) =>
    path === undefined || url === undefined ? [] : [{ name, path, url }]
  );
}

/** Checks out one submodule, from the user's own if possible. Returns why it failed. */
async function fill(
  worktree: Git,
  submodule: Submodule,
  users: Git | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const update = (url: string | undefined, timeoutMs?: number) =>
    worktree.result([...configured(submodule, url), "submodule", "update", "--", submodule.path], {
      timeoutMs,
      signal,
    });
  if (users !== undefined) {
    const local = await update(await gitDirOf(users));
    await takeOverUrl(users, worktree.below(submodule.path));
    if (local.code === 0) return undefined;
  }
  const shared = await worktree.maybe(["config", "--get", `submodule.${submodule.name}.url`]);
  const url = shared ?? await resolvedUrl(worktree, submodule.url);
  const fetched = await update(url, TIMEOUTS.network);
  return fetched.code === 0 ? undefined : detailOf(fetched);
}

/** What `git submodule init` would write to the shared configuration. */
function configured({ name }: Submodule, url: string | undefined): string[] {
  const settings = [
    ...(url === undefined ? [] : [`submodule.${name}.url=${url}`]),
    `submodule.${name}.active=true`,
    `submodule.${name}.update=checkout`,
    // git refuses local paths, since a foreign repository may name them. This one is the user's own.
    ...(url?.startsWith("/") ? ["protocol.file.allow=always"] : []),
  ];
  return settings.flatMap((setting) => ["-c", setting]);
}

async function gitDirOf(tree: Git): Promise<string | undefined> {
  return await tree.maybe(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
}

/** The agent's copy fetches from the user's remote, not from the user's folder. */
async function takeOverUrl(users: Git, copy: Git): Promise<void> {
  if (!exists(join(copy.path, ".git"))) return;
  const url = await users.maybe(["config", "--get", "remote.origin.url"]);
  if (url !== undefined) await copy.result(["config", "remote.origin.url", url]);
}

/** A relative URL is resolved against the superproject's remote, or its folder. */
async function resolvedUrl(worktree: Git, url: string): Promise<string> {
  if (!/^\.\.?\//.test(url)) return url;
  const origin = await worktree.maybe(["config", "--get", "remote.origin.url"]);
  return origin === undefined ? join(worktree.path, url) : joinedUrl(origin, url);
}

/** `ssh://host/a/b` and `../c` make `ssh://host/a/c`. */
function joinedUrl(base: string, relative: string): string {
  let at = base.replace(/\/+$/, "");
  let rest = relative;
  for (;; rest = rest.slice(rest.indexOf("/") + 1)) {
    if (rest.startsWith("../")) at = at.replace(/[/:][^/:]*$/, "");
    else if (!rest.startsWith("./")) return `${at}/${rest}`;
  }
}
