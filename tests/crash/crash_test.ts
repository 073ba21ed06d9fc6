/**
 * parex is killed and resumed, over and over; the run comes to the same end, and nothing is lost or
 * done twice. `deno task test:crash` does it many times more.
 */
import type { EventType } from "../../src/domain/event.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { crashRun, type Death } from "./crash_run.ts";
import { deathsOf, inWords } from "./deaths.ts";

const before = (event: EventType, nth = 1): Death => ({ moment: "before", event, nth });
const after = (event: EventType, nth = 1): Death => ({ moment: "after", event, nth });

async function survives(deaths: Death[]): Promise<void> {
  const report = await crashRun(deaths);
  assertEquals(report.problems, [], deaths.map(inWords).join(", "));
  assert(report.deaths > 0, "parex was never killed");
}

Deno.test("a run is resumed when parex is killed around each step of an attempt", () =>
  survives([
    after("run.started"),
    before("worktree.created"),
    after("agent.started", 2),
    before("agent.finished"),
    after("agent.finished"),
    before("task.committed"),
    after("checks.finished"),
  ]));

Deno.test("a run is resumed when parex is killed around each step of a landing", () =>
  survives([
    before("branch.pushed"),
    after("branch.pushed", 2),
    before("task.landed"),
    after("task.landed"),
    before("integration.finished"),
    before("run.finished"),
  ]));

Deno.test("a run is resumed after lines of its journal were torn", () =>
  survives([
    { moment: "within", event: "run.started", nth: 1 },
    { moment: "within", event: "task.status", nth: 6 },
    { moment: "within", event: "task.landed", nth: 2 },
  ]));

for (let seed = 1; seed <= 6; seed++) {
  Deno.test(`a run is resumed when parex is killed at the random moments of seed ${seed}`, () =>
    survives(deathsOf(seed)));
}
