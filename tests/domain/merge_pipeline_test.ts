import fc from "fast-check";
import {
  emptyPipeline,
  hold,
  join,
  judge,
  landed,
  leave,
  merged,
  type Move,
  nextMove,
  type Pipeline,
  setApart,
  setTip,
  startOver,
  tasksOf,
} from "../../src/domain/merge_pipeline.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** A base that is a list of tasks, and what of it passes and conflicts: a model of a repository. */
interface World {
  base: string[];
  isGreen: (tasks: readonly string[]) => boolean;
  conflicts: (a: string, b: string) => boolean;
}

const shaOf = (tasks: readonly string[]) => `/${tasks.join("/")}`;
const treeOf = (sha: string) => sha.split("/").filter((task) => task !== "");

interface Ended {
  landed: string[];
  refused: string[];
  /** Every check that was run. */
  checked: string[];
}

/** Lets a pipeline run in the model until nobody is left in it; checks end in the order that `pick` says. */
function run(
  world: World,
  tasks: string[],
  window: number,
  batch: number,
  pick: () => number,
): Ended {
  const line = emptyPipeline();
  for (const task of tasks) join(line, task, false);
  const ended: Ended = { landed: [], refused: [], checked: [] };
  const passed = new Set<string>();
  for (let moves = 0;; moves++) {
    assert(moves < 10_000, "it comes to no end");
    const move = nextMove(line, window, batch);
    if (move.kind !== "rest") {
      make(world, line, move, ended);
      continue;
    }
    const open = line.stack.filter(({ verdict }) => verdict === "open");
    if (open.length === 0) break;
    const entry = open[pick() % open.length];
    if (!entry) break;
    const known = passed.has(entry.sha);
    if (!known) ended.checked.push(entry.sha);
    const green = world.isGreen(treeOf(entry.sha));
    if (green) passed.add(entry.sha);
    judge(line, entry.sha, green);
  }
  assertEquals([line.apart, [...line.held], line.waiting, line.queue, line.suspects], [
    [],
    [],
    [],
    [],
    [],
  ]);
  return ended;
}

function make(world: World, line: Pipeline, move: Move, ended: Ended): void {
  if (move.kind === "find_tip") setTip(line, shaOf(world.base));
  if (move.kind === "merge") {
    const tree = treeOf(move.onto);
    const steps = [];
    for (const task of move.tasks) {
      if (!tree.some((other) => world.conflicts(task, other))) {
        tree.push(task);
        steps.push({ task, sha: shaOf(tree) });
      } else if (shaOf(tree) === line.tip) ended.refused.push(task);
      else setApart(line, task);
    }
    merged(line, move.onto, steps);
  }
  if (move.kind === "land") {
    world.base = treeOf(move.entries.at(-1)?.sha ?? "");
    ended.landed.push(...move.entries.flatMap(tasksOf));
    ended.refused.push(...landed(line, move.entries).flatMap(tasksOf));
  }
  if (move.kind === "refuse") {
    ended.refused.push(...tasksOf(move.entry));
    leave(line, tasksOf(move.entry));
  }
}

Deno.test("whatever conflicts or is red together: only green trees land, and each task lands or is refused for what is on the base", () => {
  const tasks = ["a", "b", "c", "d", "e", "f"];
  const pairs = tasks.flatMap((a) => tasks.filter((b) => a < b).map((b) => [a, b] as const));
  fc.assert(fc.property(
    fc.subarray(pairs, { maxLength: 4 }),
    fc.subarray(pairs, { maxLength: 4 }),
    fc.subarray(tasks, { maxLength: 2 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.infiniteStream(fc.nat(5)),
    (foes, clashes, broken, window, batch, picks) => {
      const isGreen = (tree: readonly string[]) =>
        !tree.some((task) => broken.includes(task)) &&
        !foes.some((pair) => pair.every((task) => tree.includes(task)));
      const conflicts = (a: string, b: string) =>
        clashes.some((pair) => pair.includes(a) && pair.includes(b));
      const world: World = { base: [], isGreen, conflicts };
      const ended = run(world, tasks, window, batch, () => picks.next().value ?? 0);
      assert(isGreen(world.base), "the base is red");
      if (batch === 1) {
        for (let length = 1; length <= world.base.length; length++) {
          assert(isGreen(world.base.slice(0, length)), "the base was red");
        }
      }
      assertEquals(ended.landed, world.base);
      assertEquals([...ended.landed, ...ended.refused].sort(), tasks, "each is answered once");
      for (const task of ended.refused) {
        const meets = ended.landed.some((other) => conflicts(task, other));
        assert(meets || !isGreen([...world.base, task]), `${task} could have landed`);
      }
      const green = ended.checked.filter((sha) => isGreen(treeOf(sha)));
      assertEquals(new Set(green).size, green.length, "a green tree was checked twice");
    },
  ));
});

Deno.test("all entries of the window are checked at once, and entries above a red one are merged again", () => {
  const line = emptyPipeline();
  for (const task of ["a", "b", "c", "d"]) join(line, task, false);
  assertEquals(nextMove(line, 3, 1), { kind: "find_tip" });
  setTip(line, "0");
  merged(line, "0", [{ task: "a", sha: "0a" }]);
  line.waiting.shift();
  assertEquals(nextMove(line, 3, 1), { kind: "merge", tasks: ["b"], onto: "0a" });
  merged(line, "0a", [{ task: "b", sha: "0ab" }]);
  assertEquals(nextMove(line, 3, 1), { kind: "merge", tasks: ["c"], onto: "0ab" });
  merged(line, "0ab", [{ task: "c", sha: "0abc" }]);
  assertEquals(nextMove(line, 3, 1), { kind: "rest" });
  judge(line, "0ab", false);
  assertEquals(nextMove(line, 3, 1), { kind: "merge", tasks: ["c"], onto: "0a" });
  merged(line, "0a", [{ task: "c", sha: "0ac" }]);
  judge(line, "0a", true);
  const move = nextMove(line, 3, 1);
  assert(move.kind === "land");
  assertEquals(move.entries.flatMap(tasksOf), ["a"]);
  landed(line, move.entries);
  const next = nextMove(line, 3, 1);
  assert(next.kind === "refuse");
  assertEquals(tasksOf(next.entry), ["b"], "what it was red on is the base now");
});

Deno.test("a red one whose ground does not land is tried again on what does", () => {
  const line = emptyPipeline();
  setTip(line, "0");
  merged(line, "0", [{ task: "a", sha: "0a" }]);
  merged(line, "0a", [{ task: "b", sha: "0ab" }]);
  judge(line, "0ab", false);
  judge(line, "0a", false);
  const move = nextMove(line, 3, 1);
  assert(move.kind === "refuse");
  assertEquals(tasksOf(move.entry), ["a"]);
  leave(line, ["a"]);
  assertEquals(nextMove(line, 3, 1), { kind: "merge", tasks: ["b"], onto: "0" });
});

Deno.test("a task that waits for a repair is next after its landing, and no task loses its place", () => {
  const line = emptyPipeline();
  setTip(line, "0");
  hold(line, "b", "a");
  hold(line, "c", "a");
  join(line, "d", false);
  join(line, "a", true);
  assertEquals(nextMove(line, 1, 1), { kind: "merge", tasks: ["a"], onto: "0" });
  merged(line, "0", [{ task: "a", sha: "0a" }]);
  judge(line, "0a", true);
  const move = nextMove(line, 1, 1);
  assert(move.kind === "land");
  landed(line, move.entries);
  assertEquals(line.tip, "0a");
  assertEquals(nextMove(line, 1, 1), { kind: "merge", tasks: ["b"], onto: "0a" });
  merged(line, "0a", [{ task: "b", sha: "0ab" }]);
  startOver(line);
  assertEquals(nextMove(line, 1, 1), { kind: "find_tip" });
  setTip(line, "1");
  assertEquals(nextMove(line, 1, 1), { kind: "merge", tasks: ["b"], onto: "1" });
});
