import { join } from "node:path";
import { Slots } from "../../../src/run/context/slots.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const REPOSITORY = `/code/${crypto.randomUUID()}/.git`;

Deno.test("a task has the same slot, ports and compose project at each of its attempts", () => {
  const slots = new Slots(REPOSITORY);
  const first = slots.envOf("a");
  slots.envOf("b");
  assertEquals(slots.envOf("a"), first);
  assertEquals(Object.keys(first), ["PAREX_SLOT", "PAREX_PORT", "COMPOSE_PROJECT_NAME"]);
});

Deno.test("no two tasks at work, nor a landing tree, have a slot, a port or a project in common", () => {
  const slots = new Slots(REPOSITORY);
  const all = ["a", "b", "c", "_landing"].map((task) => slots.envOf(task));
  for (const name of ["PAREX_SLOT", "PAREX_PORT", "COMPOSE_PROJECT_NAME"]) {
    assertEquals(new Set(all.map((env) => env[name])).size, 4, name);
  }
});

Deno.test("ports that are in use are given to no task", () => {
  const usual = Number(new Slots(REPOSITORY).envOf("a").PAREX_PORT);
  using _server = Deno.listen({ hostname: "0.0.0.0", port: usual + 3 });
  const given = Number(new Slots(REPOSITORY).envOf("a").PAREX_PORT);
  assert(Math.abs(given - usual) >= 10);
});

Deno.test("a slot whose task is settled goes to another", () => {
  const slots = new Slots(REPOSITORY);
  slots.envOf("a");
  slots.free("a");
  assertEquals(slots.envOf("b").PAREX_SLOT, "0");
});

Deno.test("a resumed run gives its tasks the slots and ports that they had", async () => {
  for (let tried = 1;; tried++) {
    const repository = `/code/${crypto.randomUUID()}/.git`;
    const file = join(await Deno.makeTempDir(), "slots.json");
    const before = new Slots(repository);
    before.keepIn(file);
    for (const task of ["a", "b", "c"]) before.envOf(task);
    const kept = ["a", "c"].map((task) => before.envOf(task));
    before.free("b");
    const after = new Slots(repository);
    after.keepIn(file);
    const given = ["a", "c"].map((task) => after.envOf(task));
    assertEquals(after.envOf("d").PAREX_SLOT, "1");
    assertEquals(given.map(slotOf), kept.map(slotOf));
    // Somebody else on this machine may have taken a port meanwhile, but hardly three times.
    if (given.every(({ PAREX_PORT }, at) => PAREX_PORT === kept[at]?.PAREX_PORT)) return;
    assert(tried < 3, "the ports are other ones");
  }
});

const slotOf = ({ PAREX_SLOT }: Record<string, string>) => PAREX_SLOT;
