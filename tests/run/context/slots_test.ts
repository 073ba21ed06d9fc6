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
  const file = join(await Deno.makeTempDir(), "slots.json");
  const before = new Slots(REPOSITORY);
  before.keepIn(file);
  for (const task of ["a", "b", "c"]) before.envOf(task);
  const [a, c] = [before.envOf("a"), before.envOf("c")];
  before.free("b");
  const after = new Slots(REPOSITORY);
  after.keepIn(file);
  assertEquals(after.envOf("c"), c);
  assertEquals(after.envOf("a"), a);
  assertEquals(after.envOf("d").PAREX_SLOT, "1");
});
