import type { Repository } from "./repository.ts";

/** Where the work of tasks goes, by git's own settings for the base. */
export interface Remotes {
  /** Where branches are pushed; absent: there is no remote, or none of several is chosen. */
  push?: string | undefined;
  /** What the base is called there. */
  base: string;
  /** Where pull requests are opened, and into which branch: with a fork, not where branches are pushed. */
  into?: { remote: string; branch: string } | undefined;
  /** The names of all remotes. */
  all: string[];
}

/**
 * The remotes of a base. Branches are pushed where `git push` would: by `branch.*.pushRemote`,
 * `remote.pushDefault` or `branch.*.remote`; else to `checkout.defaultRemote`, `origin` or the only one. Pull
 * requests go to what `gh repo set-default` has chosen, else to the remote that the base tracks.
 */
export async function remotesOf(repo: Repository, base: string): Promise<Remotes> {
  const listed = await repo.maybe(["config", "-z", "--get-regexp", "^(branch|remote|checkout)\\."]);
  const config = new Map(
    (listed ?? "").split("\0").map((entry) => {
      const [key = "", ...value] = entry.split("\n");
      return [key, value.join("\n")];
    }),
  );
  const names = [...config.keys()].flatMap((key) =>
    /^remote\.(.+)\.(?:push)?url$/.exec(key)?.[1] ?? []
  );
  const all = [...new Set(names)];
  const named = (...keys: string[]) =>
    keys.map((key) => config.get(key)).find((name) => name !== undefined && all.includes(name));
  const usual = named("checkout.defaultremote") ??
    (all.includes("origin") ? "origin" : all.length === 1 ? all[0] : undefined);
  const tracked = named(`branch.${base}.remote`);
  const push = named(`branch.${base}.pushremote`, "remote.pushdefault") ?? tracked ?? usual;
  const upstream = config.get(`branch.${base}.merge`)?.replace(/^refs\/heads\//, "") ?? base;
  const nameOn = (remote: string | undefined) => remote === tracked ? upstream : base;
  const chosen = all.find((name) => config.get(`remote.${name}.gh-resolved`) === "base");
  const into = chosen ?? tracked ?? push;
  return {
    push,
    base: nameOn(push),
    into: into === undefined ? undefined : { remote: into, branch: nameOn(into) },
    all,
  };
}

/** The base, here and where remotes had it when they were last fetched; it may not exist there. */
export function baseRefs(base: string, remotes: Remotes): string[] {
  const { push, into } = remotes;
  return [
    ...new Set([
      `refs/heads/${base}`,
      ...(push === undefined ? [] : [`refs/remotes/${push}/${remotes.base}`]),
      ...(into === undefined ? [] : [`refs/remotes/${into.remote}/${into.branch}`]),
    ]),
  ];
}
