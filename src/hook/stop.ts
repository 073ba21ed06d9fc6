import { questionIn } from "../domain/question.ts";
import type { Env } from "../exec/env.ts";
import { newAttempt, readAttempt, worktreeState, writeAttempt } from "./attempt.ts";
import type { HookEvent } from "./event.ts";

/** After that the agent may end anyway: parex looks at its work in any case. */
const MOST_SENT_BACK = 2;
const MOST_NAMED = 8;

/**
 * Records where an attempt starts; a conversation that continues within it does not start another.
 */
export async function recordStart(env: Env): Promise<void> {
  const standing = await worktreeState(env);
  if (!standing || readAttempt(standing, env)) return;
  writeAttempt(standing, newAttempt(standing, env));
}

/** Why an agent must continue; undefined: it may end. */
export async function reasonToContinue(
  event: HookEvent<"Stop">,
  env: Env,
): Promise<string | undefined> {
  if (questionIn(event.lastMessage) !== undefined) return undefined;
  const standing = await worktreeState(env);
  if (!standing) return undefined;
  const known = readAttempt(standing, env);
  const record = known ?? newAttempt(standing, env);
  if (record.sentBack >= MOST_SENT_BACK) return undefined;
  const reasons = unfinishedWork({
    background: event.background,
    uncommitted: standing.uncommitted,
    // After one reminder that it has committed nothing, it may insist that nothing is to do.
    nothingDone: known !== undefined && known.head === standing.head && !event.sentBack,
  });
  if (reasons.length === 0) return undefined;
  writeAttempt(standing, { ...record, sentBack: record.sentBack + 1 });
  return [
    "Not done yet.",
    ...reasons,
    "If the task cannot be finished, end your last message with one line that begins with " +
    "`QUESTION:` and asks what a person must decide.",
  ].join(" ");
}

function unfinishedWork(
  { background, uncommitted, nothingDone }: {
    background: string[];
    uncommitted: string[];
    nothingDone: boolean;
  },
): string[] {
  const reasons: string[] = [];
  if (background.length > 0) {
    reasons.push(
      `This still runs in the background: ${named(background)}. Wait for its end, or ` +
        "stop it, and look at what it printed.",
    );
  }
  if (uncommitted.length > 0) {
    reasons.push(
      `This is not committed: ${named(uncommitted)}. Commit what belongs to the task ` +
        "and remove what does not, until `git status` shows a clean tree.",
    );
  } else if (nothingDone) {
    reasons.push(
      "Nothing has been committed on this branch since you began. Do the task, run " +
        "the project's checks, and commit.",
    );
  }
  return reasons;
}

function named(items: readonly string[]): string {
  const shown = items.slice(0, MOST_NAMED).map((item) => item.slice(0, 120)).join(", ");
  return items.length > MOST_NAMED ? `${shown} and ${items.length - MOST_NAMED} more` : shown;
}
