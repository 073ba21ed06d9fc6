import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDue } from "../src/dates.js";

const today = "2026-02-28";

test("parseDue reads words, distances and dates", () => {
  assert.equal(parseDue("today", today), "2026-02-28");
  assert.equal(parseDue("tomorrow", today), "2026-03-01");
  assert.equal(parseDue("+3d", today), "2026-03-03");
  assert.equal(parseDue("2026-12-31", today), "2026-12-31");
});

test("parseDue refuses what is no date", () => {
  for (const text of ["", "soon", "2026-02-30", "31.12.2026", "+d"]) {
    assert.equal(parseDue(text, today), undefined, text);
  }
});
