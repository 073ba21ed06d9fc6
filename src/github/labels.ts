import { Failed, resultOf } from "../domain/failed.ts";
import type { Failure } from "../domain/failure.ts";
import { z } from "zod";
import { api, type Gh } from "./gh.ts";

const ANYTHING = z.unknown();
/** GitHub's own grey. */
const COLOR = "ededed";

/** Labels by what became of them. */
export interface LabelsAdded {
  added: string[];
  /** They do not exist, or cannot be given. */
  left: { name: string; why: string }[];
}

/**
 * Gives an issue or a pull request those labels that the repository has, and makes those that the user chose:
 * what a task file says must not add to a project's labels.
 */
export async function addLabels(
  gh: Gh,
  number: number,
  { chosen = [], ofTask }: { chosen?: readonly string[]; ofTask: readonly string[] },
): Promise<LabelsAdded> {
  const added: string[] = [];
  const left: LabelsAdded["left"] = [];
  for (const name of [...chosen, ...ofTask]) {
    // One by one: GitHub takes all of a list or nothing.
    const given = await resultOf(async () => {
      if (chosen.includes(name)) await ensureLabel(gh, name);
      else if (!await hasLabel(gh, name)) throw new Failed(noSuchLabel(name));
      await giveLabel(gh, number, name);
    });
    if (given.ok) added.push(name);
    else left.push({ name, why: labelFailureWords(given.failure) });
  }
  return { added, left };
}

async function hasLabel(gh: Gh, name: string): Promise<boolean> {
  const doing = `look for the label ${name}`;
  const path = `/labels/${encodeURIComponent(name)}`;
  const found = await resultOf(() => api(gh, { doing, path }, ANYTHING));
  if (!found.ok && statusOf(found.failure) !== 404) throw new Failed(found.failure);
  return found.ok;
}

/** Makes sure that the repository has a label. */
export async function ensureLabel(gh: Gh, name: string): Promise<void> {
  if (await hasLabel(gh, name)) return;
  const made = await resultOf(() =>
    api(gh, {
      doing: `make the label ${name}`,
      method: "POST",
      path: "/labels",
      body: { name, color: COLOR },
      repeatable: true,
    }, ANYTHING)
  );
  if (!made.ok && !isThere(made.failure)) throw new Failed(made.failure);
}

async function giveLabel(gh: Gh, number: number, name: string): Promise<void> {
  await api(gh, {
    doing: `give the label ${name} to #${number}`,
    method: "POST",
    path: `/issues/${number}/labels`,
    body: { labels: [name] },
    repeatable: true,
  }, ANYTHING);
}

function statusOf(failure: Failure): number | undefined {
  return failure.reason === "github_failed" ? failure.status : undefined;
}

function noSuchLabel(name: string): Failure {
  const detail = "the repository has no such label";
  return { reason: "github_failed", doing: `give the label ${name}`, detail };
}

/** Another process created it first. */
function isThere(failure: Failure): boolean {
  return failure.reason === "github_failed" && failure.status === 422 &&
    failure.detail.includes("already_exists");
}

/** Why a label is not there, in words. */
export function labelFailureWords(failure: Failure): string {
  return failure.reason === "github_failed" ? failure.detail : failure.reason;
}
