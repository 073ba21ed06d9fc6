/** Who may work next, as a run asks its board. */
import fc from "fast-check";
import {
  type Board,
  fillSlots,
  freeSlot,
  isIdle,
  makeBoard,
  next,
  release,
  reopen,
  scheduleOrder,
  settle,
  takeSlot,
  upcoming,
  wantSlot,
} from "../../src/domain/scheduler.ts";
import { writtenFiles } from "../../src/domain/overlap.ts";
import type { Task, TaskId } from "../../src/domain/task.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { deepFreeze } from "../support/freeze.ts";
import { anyDag, taskOf } from "../support/plans.ts";

const modify = (...files: string[]) => ({ create: [], modify: files, delete: [], read: [] });
const changing = (id: TaskId, ...files: string[]): Task => ({
  ...taskOf(id),
  files: modify(...files),
});

/** Any plan whose tasks change up to three of five files. */
const plans = anyDag(16).chain((tasks) =>
  fc.tuple(...tasks.map((task) =>
    fc.subarray(["a", "b", "c", "d", "e"], { maxLength: 3 })
      .map((files) => ({ ...task, files: modify(...files) }))
  ))
);

/** The tasks that get the free slots, and the board then. */
function fill(board: Board): [TaskId[], Board] {
  const { board: filled, turns } = fillSlots(board);
  return [turns.map(({ task }) => task), filled];
}

function complete(board: Board, task: TaskId): Board {
  return settle(release(board, task), task);
}

/** Plays a run to its end: `picks` say which of the tasks at work completes next. */
function play(
  tasks: readonly Task[],
  { jobs, picks, onStart = () => {} }: {
    jobs: number;
    picks: readonly number[];
    onStart?: (task: TaskId, board: Board) => void;
  },
): TaskId[] {
  let board = makeBoard(tasks, jobs);
  const started: TaskId[] = [];
  for (let step = 0; !isIdle(board); step++) {
    for (let turn = next(board); turn; turn = next(board)) {
      onStart(turn.task, board);
      board = deepFreeze(takeSlot(board, turn));
      started.push(turn.task);
    }
    const done = board.live[(picks[step % picks.length] ?? 0) % board.live.length];
    assert(done !== undefined, "nobody is at work, and the run is not over");
    board = deepFreeze(complete(board, done));
  }
  return started;
}

const courses = fc.record({
  jobs: fc.integer({ min: 1, max: 4 }),
  picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 20 }),
});

Deno.test("a board starts every task once, and none before what it depends on", () => {
  fc.assert(fc.property(plans, courses, (tasks, course) => {
    const byId = new Map(tasks.map((task) => [task.id, task]));
    const begun = new Set<TaskId>();
    const started = play(tasks, {
      ...course,
      onStart(task, { live, slotted }) {
        assert(slotted.length < course.jobs);
        for (const dependency of byId.get(task)?.dependencies ?? []) {
          const completed = begun.has(dependency) && !live.includes(dependency);
          assert(completed, `${task} is started before ${dependency} is completed`);
        }
        begun.add(task);
      },
    });
    assertEquals(started.toSorted(), tasks.map(({ id }) => id).toSorted());
  }));
});

Deno.test("next() takes a task that overlaps a live one only if all ready ones do", () => {
  fc.assert(fc.property(plans, courses, (tasks, course) => {
    const filesOf = new Map(tasks.map(({ id, files }) => [id, writtenFiles(files)]));
    const overlaps = (task: TaskId, { live }: Board) => {
      const taken = new Set(live.flatMap((id) => filesOf.get(id) ?? []));
      return filesOf.get(task)?.some((file) => taken.has(file)) ?? false;
    };
    const rank = new Map(scheduleOrder(tasks).map(({ id }, at) => [id, at]));
    play(tasks, {
      ...course,
      onStart(task, board) {
        const ready = upcoming(board, tasks.length);
        const apart = ready.filter((id) => !overlaps(id, board));
        const wanted = apart.length > 0 ? apart : ready;
        const first = wanted.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))[0];
        assertEquals(task, first);
      },
    });
  }));
});

Deno.test("next() lets a task go first that changes other files than those at work", () => {
  const board = makeBoard([changing("a", "x"), changing("b", "x", "y"), changing("c", "z")], 3);
  assertEquals(fill(board)[0], ["a", "c", "b"]);
});

Deno.test("next() takes the first one when all overlap, rather than leave a slot free", () => {
  const board = makeBoard([changing("a", "x"), changing("b", "x"), changing("c", "x")], 2);
  assertEquals(fill(board)[0], ["a", "b"]);
});

Deno.test("next() holds nothing against a task whose rivals have settled", () => {
  const board = makeBoard([changing("a", "x"), changing("b", "x"), changing("c", "z")], 1);
  const [first, filled] = fill(board);
  assertEquals(first, ["a"]);
  const freed = freeSlot(filled, "a");
  assertEquals(upcoming(freed, 2), ["c", "b"], "a has no slot any more, but is not over");
  const completed = complete(freed, "a");
  assertEquals(upcoming(completed, 2), ["b", "c"]);
  assertEquals(fill(completed)[0], ["b"]);
});

Deno.test("next() gives a slot to a task that returns before a new one", () => {
  const [first, filled] = fill(makeBoard([taskOf("a"), taskOf("b")], 1));
  assertEquals(first, ["a"]);
  assertEquals(next(wantSlot(freeSlot(filled, "a"), "a")), { task: "a", how: "return" });
});

Deno.test("makeBoard() counts what is not selected as done, whatever its name", () => {
  assertEquals(fill(makeBoard([taskOf("a", ["constructor"])], 1))[0], ["a"]);
});

Deno.test("makeBoard() grows with the tasks, not with the pairs that share a file", () => {
  const size = (count: number) => {
    const tasks = Array.from({ length: count }, (_, at) => changing(`t${at}`, "same", "other"));
    return JSON.stringify(makeBoard(tasks, 4)).length;
  };
  assert(size(4000) < 2.5 * size(2000));
});

Deno.test("reopen() makes a task ready again at its rank, once, and not while it is live", () => {
  const [first, filled] = fill(makeBoard([taskOf("a"), taskOf("b"), taskOf("c")], 1));
  assertEquals(first, ["a"]);
  const settled = settle(reopen(filled, "a"), "a");
  assertEquals(upcoming(settled, 4), ["b", "c"]);
  assertEquals(upcoming(reopen(reopen(settled, "a"), "a"), 4), ["a", "b", "c"]);
});
