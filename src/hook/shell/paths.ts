/** In a text: a part that is known only when the command runs. */
export const UNKNOWN = "\uE000";
/** The same, of a variable that nothing in sight has set. */
export const UNSET = "\uE001";

const MAX_LINKS = 40;
/** Longer ones the system refuses. */
const MAX_PATH = 4_096;

// What follows is node:path's for POSIX. To load that takes half as long as Deno takes to start,
// and an agent waits for its hook at every step.

export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Of a path without a slash at its end. */
export function dirname(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "." : path.slice(0, at) || "/";
}

/** Whether a word names a path that may be outside of this folder. */
export function leadsAway(word: string): boolean {
  return isAbsolute(word) || /(?:^|\/)\.\.(?:\/|$)/.test(word);
}

/** The absolute path of `path` in `folder`, without resolving links. */
export function resolve(folder: string, path: string): string {
  const names: string[] = [];
  for (const name of (isAbsolute(path) ? path : `${folder}/${path}`).split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** Whether `path` is `folder` or below it. Both absolute and real. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/**
 * Where writing to a path really leads: symbolic links are followed as the system does, component
 * by component, and what does not exist yet stays as it is written. `follow: false` leaves a link
 * at the very end alone, as removing it would. Undefined: unknown.
 */
export function realTarget(path: string, { follow }: { follow: boolean }): string | undefined {
  if (path.length > MAX_PATH) return undefined;
  let left = path.split("/").filter((name) => name !== "" && name !== ".");
  let real = "/";
  let open = false;
  for (let links = 0; left.length > 0;) {
    const [name = "", ...rest] = left;
    left = rest;
    if (name === "..") {
      // It is unknown where an unknown name leads, and where `..` leads from there.
      if (open) return undefined;
      real = dirname(real);
      continue;
    }
    open ||= /[\uE000\uE001]/.test(name);
    const next = real === "/" ? `/${name}` : `${real}/${name}`;
    const link = follow || left.length > 0 ? linkAt(next) : undefined;
    if (link === undefined) {
      real = next;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    if (isAbsolute(link)) real = "/";
    left = [...link.split("/").filter((part) => part !== "" && part !== "."), ...left];
  }
  return real;
}

function linkAt(path: string): string | undefined {
  if (/[\uE000\uE001]/.test(path)) return undefined;
  try {
    // Reading something that is not a link throws, which takes ten times as long.
    return Deno.lstatSync(path).isSymlink ? Deno.readLinkSync(path) : undefined;
  } catch {
    return undefined; // not there yet
  }
}
