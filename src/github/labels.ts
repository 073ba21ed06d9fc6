import { z } from "zod";
import { ok, type Result } from "../domain/result.ts";
import { api, type Gh } from "./gh.ts";

const ANYTHING = z.unknown();
/** GitHub's own grey. */
const COLOR = "ededed";

/** Labels by what became of them. */
export interface LabelsAdded {
  added: string[];
  /** They do not exist and cannot be made, or cannot be given. */
  left: { name: string; why: string }[];
}

/** Gives labels to an issue or a pull request, and makes the missing ones where it may. */
export async function addLabels(gh: Gh, number: number, names: string[]): Promise<LabelsAdded> {
  const added: string[] = [];
  const left: LabelsAdded["left"] = [];
  for (const name of names) {
    // One by one: GitHub takes all of a list or nothing.
    const exists = await ensureLabel(gh, name);
    const given = exists.ok ? await giveLabel(gh, number, name) : exists;
    if (given.ok) added.push(name);
    else left.push({ name, why: given.failure });
  }
  return { added, left };
}

/** Makes sure that the repository has a label; fails with the reason in words. */
export async function ensureLabel(gh: Gh, name: string): Promise<Result<void, string>> {
  const doing = `look for the label ${name}`;
  const path = `/labels/${encodeURIComponent(name)}`;
  const found = await api(gh, { doing, path }, ANYTHING);
  if (found.ok) return ok();
  if (statusOf(found) !== 404) return { ok: false, failure: wordsOf(found) };
  const made = await api(gh, {
    doing: `make the label ${name}`,
    method: "POST",
    path: "/labels",
    body: { name, color: COLOR },
    repeatable: true,
  }, ANYTHING);
  if (made.ok || isThere(made)) return ok();
  return { ok: false, failure: wordsOf(made) };
}

async function giveLabel(gh: Gh, number: number, name: string): Promise<Result<void, string>> {
  const given = await api(gh, {
    doing: `give the label ${name} to #${number}`,
    method: "POST",
    path: `/issues/${number}/labels`,
    body: { labels: [name] },
    repeatable: true,
  }, ANYTHING);
  return given.ok ? ok() : { ok: false, failure: wordsOf(given) };
}

type Failed = Extract<Result<unknown>, { ok: false }>;

function statusOf({ failure }: Failed): number | undefined {
  return failure.reason === "github_failed" ? failure.status : undefined;
}

/** Somebody else was faster. */
function isThere({ failure }: Failed): boolean {
  return failure.reason === "github_failed" && failure.status === 422 &&
    failure.detail.includes("already_exists");
}

function wordsOf({ failure }: Failed): string {
  return failure.reason === "github_failed" ? failure.detail : failure.reason;
}
