import { createColors } from "picocolors";
import type { EventOf, RunEvent } from "../../domain/event.ts";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { plural } from "../layout.ts";
import { crossingWords, kindWords, outcomeWords, reasonWords, statusWord } from "../words.ts";
import { namesOf } from "../layout.ts";
import {
  inColorOf,
  landedWords,
  NOTHING_TO_DO,
  type Paint,
  predictedWords,
  reusedWords,
} from "../run/phrases.ts";

/** What an event is for people who read a log: a line for each change, none for mere activity. */
export function linesOf(event: RunEvent, { color }: { color: boolean }): string[] {
  const paint = createColors(color);
  const clock = new Date(event.at).toTimeString().slice(0, 8);
  return wordsOf(event, paint).map(({ about, text }) =>
    [paint.dim(clock), oneLine(about), text].filter(Boolean).join("  ")
  );
}

interface Words {
  /** The task's id, or `run`. */
  about: string;
  text: string;
}

function wordsOf(event: RunEvent, paint: Paint): Words[] {
  switch (event.type) {
    case "agent.session":
    case "agent.activity":
    case "checks.started":
      return [];
    case "run.started":
      return startWords(event);
    case "run.finished":
      return [{ about: "run", text: finishWords(event) }];
    case "run.parked": {
      const until = new Date(event.until).toTimeString().slice(0, 8);
      return [{
        about: event.task ?? "run",
        text: `waiting until ${until}: ${oneLine(event.why)}`,
      }];
    }
    case "recovery.step": {
      const { what, action, outcome } = event;
      const text = `${oneLine(what)}: ${oneLine(action)}, ${oneLine(outcome)}`;
      return [{ about: "recovery", text }];
    }
    case "conflict.predicted":
      return [{ about: "conflict", text: predictedWords(event) }];
    case "conflict.met": {
      const { task, between, files } = event;
      const others = between.filter((other) => other !== task);
      const text = `${paint.yellow("conflicts")} with ${namesOf(others)} in ${namesOf(files)}`;
      return [{ about: task, text }];
    }
    case "run.changed": {
      const { jobs, budget_usd } = event;
      const changes = [
        ...(jobs === undefined ? [] : [plural(jobs, "job")]),
        ...(budget_usd === undefined ? [] : [`a budget of ${formatUsd(budget_usd)}`]),
      ];
      return [{ about: "run", text: `now with ${changes.join(" and ")}` }];
    }
    case "border.crossed":
      return [{ about: event.task, text: oneLine(crossingWords(event)) }];
    case "notice":
      return [{ about: event.task ?? "run", text: oneLine(event.message) }];
    case "cleanup.finished":
      return [{ about: "cleanup", text: cleanupWords(event) }];
    case "integration.finished":
      return [{ about: "integration", text: integrationWords(event, paint) }];
    case "base.checked":
      return [{ about: "base", text: baseWords(event, paint) }];
    case "checks.finished":
      return [{ about: event.task ?? "integration", text: checkWords(event, paint) }];
    default:
      return [{ about: event.task, text: taskWords(event, paint) }];
  }
}

function baseWords({ sha, ok, check = "" }: EventOf<"base.checked">, paint: Paint): string {
  const at = `at ${sha.slice(0, 10)}`;
  return ok ? `passes its checks ${at}` : `${paint.red(`fails its own ${check}`)} ${at}`;
}

type TaskChange = EventOf<
  | "task.status"
  | "task.answered"
  | "worktree.created"
  | "worktree.removed"
  | "agent.started"
  | "agent.finished"
  | "task.committed"
  | "branch.pushed"
  | "task.landed"
>;

function taskWords(event: TaskChange, paint: Paint): string {
  switch (event.type) {
    case "task.status": {
      const why = event.message ?? reasonWords(event.reason);
      return [inColorOf(event.to, statusWord(event.to), paint), oneLine(why)].filter(Boolean).join(
        "  ",
      );
    }
    case "task.answered":
      return `answered: ${oneLine(event.answer)}`;
    case "worktree.created":
      return `worktree ${oneLine(event.path)} in ${formatDuration(event.ms)}`;
    case "worktree.removed": {
      const kept = event.rescue_refs?.length ? `; kept: ${event.rescue_refs.join(", ")}` : "";
      return `worktree ${event.branch === undefined ? "" : "and branch "}removed${kept}`;
    }
    case "agent.started":
      return `attempt ${event.attempt}  ${oneLine(event.agent)} started` +
        (event.kind === "first" ? "" : ` (${kindWords(event.kind)})`);
    case "agent.finished": {
      const cost = event.cost_usd === undefined ? "" : `, ${formatUsd(event.cost_usd)}`;
      const detail = event.outcome === "finished" ? "" : oneLine(event.detail ?? "");
      return `attempt ${event.attempt}  agent ${outcomeWords(event.outcome)} after ` +
        `${formatDuration(event.ms)}${cost}${detail === "" ? "" : `: ${detail}`}`;
    }
    case "task.committed":
      return `${plural(event.commits, "commit")}, ${oneLine(event.head).slice(0, 10)}` +
        (event.by_parex ? ", committed by parex" : "");
    case "branch.pushed":
      return `pushed ${oneLine(event.branch)} to ${oneLine(event.remote)}`;
    case "task.landed":
      return landedWords(event);
  }
}

function startWords(event: EventOf<"run.started"> & { run: string }): Words[] {
  const { plan, base, jobs, agent, agentless, tasks } = event;
  const start = `${oneLine(event.run)}${event.resumed ? " continues" : ""}: ` +
    `${plural(tasks.length, "task")} of ${oneLine(plan.name)} on ${oneLine(base)}` +
    (agentless ? "" : `, ${plural(jobs, "job")}, agent ${oneLine(agent)}`);
  const left = (event.leftovers ?? []).map((task) => ({
    about: task,
    text: "was interrupted by a crash and starts again",
  }));
  const warnings = (event.warnings ?? []).map((warning) => ({
    about: "run",
    text: `warning: ${oneLine(warning)}`,
  }));
  return [{ about: "run", text: start }, ...warnings, ...left];
}

function finishWords(event: EventOf<"run.finished">): string {
  const { completed, blocked, pending, ms, interrupted } = event;
  if (!interrupted && completed + blocked + pending === 0) return NOTHING_TO_DO;
  return `${interrupted ? "interrupted" : "finished"} after ${formatDuration(ms)}: ` +
    `${completed} completed, ${blocked} blocked, ${pending} waiting`;
}

function integrationWords(event: EventOf<"integration.finished">, paint: Paint): string {
  const { ok, unchecked, sha, check, introduced_by, introduced_at } = event;
  if (ok) {
    return `${unchecked ? "unchecked" : paint.green("passed")} at ${oneLine(sha).slice(0, 10)}`;
  }
  const by = introduced_by ?? introduced_at?.slice(0, 10);
  return `${paint.red(`${oneLine(check ?? "checks")} failed`)} at ${oneLine(sha).slice(0, 10)}` +
    (by === undefined ? "" : `, introduced by ${oneLine(by)}`);
}

function cleanupWords({ removed, archive }: EventOf<"cleanup.finished">): string {
  const work = `removed branch and worktree of ${plural(removed.length, "task")}`;
  return archive === undefined ? work : `${work}, archived the plan in ${oneLine(archive)}`;
}

function checkWords(event: EventOf<"checks.finished">, paint: Paint): string {
  const { name, exit_code, ms, merged, reused } = event;
  const outcome = exit_code === 0
    ? paint.green("passed")
    : paint.red(exit_code === null ? "was killed" : `failed (exit code ${exit_code})`);
  const where = merged ? " merged with the base:" : "";
  if (reused) return `${oneLine(name)}${where} ${paint.green(reusedWords(reused))}`;
  return `${oneLine(name)}${where} ${outcome} after ${formatDuration(ms)}`;
}
