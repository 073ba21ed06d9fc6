import type { RunEvent } from "../../domain/event.ts";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine, shellWord } from "../escape.ts";
import { plural } from "../layout.ts";
import { reasonWords } from "../words.ts";

/** What a person who does not watch a run wants to know at once. */
export interface Notification {
  event: "question" | "blocked" | "end";
  run: string;
  /** The plan's name. */
  plan: string;
  /** The task's id; absent at the end of the run. */
  task?: string | undefined;
  /** A line. */
  title: string;
  message: string;
  /** A command to continue with. */
  next: string;
}

/** Makes notifications of a run's events; undefined for an event that can wait. */
export function notificationMaker(): (event: RunEvent) => Notification | undefined {
  let plan = "";
  let names = new Map<string, string>();
  return (event) => {
    const { run } = event;
    if (event.type === "run.started") {
      plan = oneLine(event.plan.name);
      names = new Map(event.graph.map(({ id, name }) => [id, name]));
    }
    if (event.type === "task.status" && event.to === "blocked") {
      const { task, failure, reason, message = reasonWords(reason) } = event;
      const about = `${oneLine(task)}: ${oneLine(names.get(task) ?? task)}`;
      return failure?.reason === "needs_input"
        ? {
          event: "question",
          run,
          plan,
          task,
          title: `Question from ${about}`,
          message: failure.question,
          next: `parex answer ${shellWord(task)} "…"`,
        }
        : {
          event: "blocked",
          run,
          plan,
          task,
          title: `Blocked: ${about}`,
          message,
          next: `parex show ${shellWord(task)}`,
        };
    }
    // A person who pressed Ctrl-C knows.
    if (event.type !== "run.finished" || event.exit_code === 130) return undefined;
    return { event: "end", run, plan, ...endWords(event, plan) };
  };
}

function endWords(
  event: Extract<RunEvent, { type: "run.finished" }>,
  plan: string,
): Pick<Notification, "title" | "message" | "next"> {
  const { completed, blocked, pending, ms, cost_usd, stopped, interrupted, exit_code } = event;
  const facts = [
    `${plural(completed, "task")} completed`,
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(pending > 0 ? [`${pending} waiting`] : []),
    formatDuration(ms),
    ...(cost_usd === undefined ? [] : [formatUsd(cost_usd)]),
  ].join(", ");
  if (interrupted) {
    const message = stopped === undefined ? facts : `${stopped.message}\n${facts}`;
    return { title: `Stopped: ${plan}`, message, next: "parex resume" };
  }
  const title = exit_code === 0 ? `Done: ${plan}` : `Finished, not all done: ${plan}`;
  return { title, message: facts, next: "parex report" };
}
