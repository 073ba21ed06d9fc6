import { dirname, isAbsolute, join } from "node:path";

/** Stands in a text for a part that is known only when the command runs. */
export const UNKNOWN = "\u0000";
/** Stands for the names that a pattern (`*`, `?`, `[…]`) matches: any, but no `..`. */
export const PATTERN = "\u0001";
/** Stands for the name that `mktemp` will choose. */
export const FRESH = "\u0002";

const MAX_LINKS = 40;

/** Whether `path` is `folder` or lies below it. Both absolute and real. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/**
 * Where writing to a path really leads: symbolic links are followed as the system does, component
 * by component, and what does not exist yet stays as it is written. `follow: false` leaves a link
 * at the very end alone, as removing it would. Undefined: that cannot be told.
 */
export function realTarget(path: string, { follow }: { follow: boolean }): string | undefined {
  let left = path.split("/").filter((name) => name !== "" && name !== ".");
  let real = "/";
  let open = false;
  for (let links = 0; left.length > 0;) {
    const [name = "", ...rest] = left;
    left = rest;
    if (name === "..") {
      // Where a pattern or an unknown name leads, nobody knows the way back from.
      if (open) return undefined;
      real = dirname(real);
      continue;
    }
    open ||= name.includes(UNKNOWN) || name.includes(PATTERN);
    const next = join(real, name);
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
  if (path.includes(UNKNOWN)) return undefined;
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // no link, or not there yet
  }
}
