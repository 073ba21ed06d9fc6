import { childEnv } from "../../src/exec/env.ts";
import { runInherited } from "../../src/exec/inherit.ts";
import { assertEquals } from "../support/assert.ts";

const here = { cwd: "/", env: childEnv() };

Deno.test("runInherited() returns the exit code of the program", async () => {
  assertEquals(await runInherited(["sh", "-c", "exit 7"], here), 7);
});

Deno.test("runInherited() returns the exit code of a signal as a shell does", async () => {
  assertEquals(await runInherited(["sh", "-c", "kill -TERM $$"], here), 143);
});

// In a process of its own: `deno test` ends itself at the signal.
Deno.test("runInherited() stays when a Ctrl-C is meant for the program", async () => {
  const program = `
    import { runInherited } from "${import.meta.resolve("../../src/exec/inherit.ts")}";
    const program = ["sh", "-c", "kill -INT $PPID; sleep 0.2; exit 9"];
    Deno.exit(await runInherited(program, { cwd: "/", env: Deno.env.toObject() }));
  `;
  const { code } = await new Deno.Command(Deno.execPath(), { args: ["eval", program] }).output();
  assertEquals(code, 9);
});
