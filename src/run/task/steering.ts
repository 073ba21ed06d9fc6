/**
 * Requests to a run in progress: retry or stop a task, change jobs or budget. They come from another process,
 * which leaves a file in the run's folder.
 */
import type { SteeringEvent } from "../../../machines/ports.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import { io, isAbsent } from "../../util/files.ts";
import type { Scope } from "../context/run_context.ts";
import { retryFrom } from "./retry_begin.ts";

export type Steering =
  | { ask: "retry"; task: TaskId }
  | { ask: "stop"; task: TaskId }
  | { ask: "set"; jobs?: number; budgetUsd?: number }
  /** As Ctrl-C where the run was started. */
  | { ask: "end" };

const POLL_MS = 300;

/** Leaves a request for the process that executes the run of this folder; returns how to take it back. */
export async function submitSteering(dir: string, steering: Steering): Promise<() => boolean> {
  const folder = folderOf(dir);
  const path = `${folder}/${Date.now()}-${crypto.randomUUID()}.json`;
  await io(path, async () => {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(`${path}.new`, JSON.stringify(steering), { mode: 0o600 });
    await Deno.rename(`${path}.new`, path);
  });
  return () => takeFile(path) !== undefined;
}

/** Why a run cannot do what is requested; undefined: it can. */
export function refusalOf(
  { tasks, agentless }: RunRecord,
  steering: Steering,
): string | undefined {
  if (agentless) return "parex merge takes no requests: press Ctrl-C where it was started";
  if (steering.ask === "set" || steering.ask === "end") return undefined;
  const { ask, task: id } = steering;
  const task = tasks.get(id);
  if (!task?.selected) return `${id} is not a task of this run`;
  if (ask === "retry") return task.status === "blocked" ? undefined : `${id} is not blocked`;
  const isAtWork = task.status === "in_progress" || task.status === "testing";
  return isAtWork ? undefined : `no agent or check is at work on ${id}`;
}

/** Passes on requests to this run that it can do. Returns how to stop. */
export function watchSteering(
  scope: Scope,
  onSteering: (event: SteeringEvent) => void,
  onEnd: () => void,
): () => void {
  const look = () => {
    for (const text of takeAll(folderOf(scope.dir))) {
      const steering: Steering = JSON.parse(text);
      if (refusalOf(scope.record, steering) !== undefined) continue;
      if (steering.ask === "end") onEnd();
      else void pass(steering);
    }
  };
  let stopped = false;
  const pass = async (steering: Exclude<Steering, { ask: "end" }>) => {
    const event = await eventOf(scope, steering);
    if (!stopped) onSteering(event);
  };
  const timer = setInterval(look, POLL_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function eventOf(
  { record, repo }: Scope,
  steering: Exclude<Steering, { ask: "end" }>,
): Promise<SteeringEvent> {
  if (steering.ask === "set") {
    const { ask: _, ...change } = steering;
    return { type: "SET", ...change };
  }
  const { ask, task } = steering;
  if (ask === "stop") return { type: "STOP", task };
  const known = record.tasks.get(task);
  const attempt = (known?.attempts.at(-1)?.attempt ?? 0) + 1;
  const begin: Beginning = known
    ? await retryFrom(repo, known, attempt)
    : { at: "preparing", attempt, again: true };
  return { type: "RETRY", task, begin };
}

function folderOf(dir: string): string {
  return `${dir}/steering`;
}

/** The texts of all files, oldest first; each file is removed before it is used. */
function takeAll(folder: string): string[] {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return names.filter((name) => name.endsWith(".json")).sort()
      .flatMap((name) => takeFile(`${folder}/${name}`) ?? []);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function takeFile(path: string): string | undefined {
  try {
    const text = Deno.readTextFileSync(path);
    Deno.removeSync(path);
    return text;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
