import { selectedTasks, stateOf } from "../../domain/metrics.ts";
import { PLAN_PATHS } from "../../domain/names.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import { shellWord } from "../escape.ts";

/** Branches whose commits are to be looked at, one command each. */
const REVIEWED = 3;

/** Commands that a person would type next, the first one first. */
export function nextCommands(record: RunRecord, live: boolean): string[] {
  if (stateOf(record, live) === "running") return ["parex watch"];
  if (stateOf(record, live) === "interrupted") {
    return [record.agentless ? "parex merge" : "parex resume"];
  }
  if (selectedTasks(record).length === 0) {
    return ["parex status", ...(record.unlanded === false ? [] : [landing(record)])];
  }
  const unlanded = unlandedTips(record);
  const commands = unlanded.slice(0, REVIEWED).map((branch) =>
    `git log --oneline ${shellWord(`${record.base}..${branch}`)}`
  );
  if (unlanded.length > 0) commands.push(landing(record));
  const blocked = selectedTasks(record).filter((task) => task.status === "blocked");
  // Done again without an answer, an agent asks again.
  const asking = blocked.filter(({ reason }) => reason === "needs_input");
  const others = blocked.filter((task) => !asking.includes(task));
  commands.push(...asking.map(({ id }) => `parex answer ${shellWord(id)} "…"`));
  if (others.length > 0) {
    commands.push(`parex retry ${others.map(({ id }) => shellWord(id)).join(" ")}`);
  }
  if (isLeftOut(record)) commands.push(`parex execute${planWords(record)}`);
  const removed = removedTasks(record);
  if (selectedTasks(record).some(({ id, landed }) => landed && !removed.has(id))) {
    commands.push("parex cleanup");
  }
  if (record.worked !== undefined) commands.push(`parex report ${shellWord(record.worked)}`);
  return commands;
}

/** Whether a task of the plan was left out that nothing blocked keeps waiting. */
function isLeftOut({ tasks }: RunRecord): boolean {
  const isFree = (id: TaskId): boolean => {
    const task = tasks.get(id);
    return task?.status === "completed" ||
      task?.status === "pending" && task.dependencies.every(isFree);
  };
  return [...tasks.values()].some(({ id, status }) => status === "pending" && isFree(id));
}

/** The plan's path, unless it is where it is looked for. */
function planWords({ plan }: RunRecord): string {
  const found = plan === undefined || PLAN_PATHS.some((path) => plan.path.endsWith(`/${path}`));
  return found ? "" : ` ${shellWord(plan.path)}`;
}

function landing({ settings, finished }: RunRecord): string {
  return settings?.land === "pr" || finished?.base_protected ? "parex prs" : "parex merge";
}

function removedTasks({ cleanups }: RunRecord): Set<TaskId> {
  return new Set(cleanups.flatMap(({ removed }) => removed.map(({ task }) => task)));
}

/** Completed branches that no other one contains: they hold all that is completed. */
function unlandedTips(record: RunRecord): string[] {
  const removed = removedTasks(record);
  const completed = selectedTasks(record).filter(({ id, status, landed }) =>
    status === "completed" && !landed && !removed.has(id)
  );
  const contained = new Set(completed.flatMap((task) => task.dependencies));
  return completed.filter((task) => !contained.has(task.id)).map((task) => task.branch);
}
