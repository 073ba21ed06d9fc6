/** A bug in parex: a callback throws as soon as there is the file that `PAREX_TEST_BUG` names. */
import { existsSync } from "node:fs";

const sign = Deno.env.get("PAREX_TEST_BUG") ?? "";
const timer = setInterval(() => {
  if (!existsSync(sign)) return;
  clearInterval(timer);
  throw new Error("the test's own bug");
}, 25);
// Deno runs what is loaded before the program to its end first.
Deno.unrefTimer(timer);
