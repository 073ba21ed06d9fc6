/** In a text: a part that is known only when the command runs. */
export const UNKNOWN = "\uE000";
/** The same, of a variable that nothing in sight has set. */
export const UNSET = "\uE001";

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
 * Where writing to an absolute path really leads: links are followed, and what does not exist yet
 * stays as it is written. `follow: false` leaves a link at the very end alone, as removing it
 * would. Undefined: unknown.
 */
export function realTarget(path: string, { follow }: { follow: boolean }): string | undefined {
  if (path.length > MAX_PATH) return undefined;
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  let real = "/";
  let exists = true;
  for (const [at, name] of names.entries()) {
    if (name === "..") {
      // It is unknown where `..` leads from an unknown name.
      if (/[\uE000\uE001]/.test(real)) return undefined;
      real = dirname(real);
      exists = true;
      continue;
    }
    const next = real === "/" ? `/${name}` : `${real}/${name}`;
    const found: string | undefined = exists && (follow || at < names.length - 1)
      ? followed(next)
      : undefined;
    exists = found !== undefined;
    real = found ?? next;
  }
  return real;
}

function followed(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined; // not there yet
  }
}
