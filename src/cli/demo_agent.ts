import { Command } from "@commander-js/extra-typings";
import { doDemoTask } from "../demo/agent.ts";
import { demoDraft } from "../demo/planner.ts";
import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import type { Context } from "./context.ts";

const PAUSE_MS = 200;

/** `parex demo-agent`: the scripted agent of the demo, as the `command` agent calls it. */
export function command({ io }: Context) {
  return new Command("demo-agent")
    .description("Do a task of the demo's plan; called by parex demo")
    .action(async () => {
      const prompt = await new Response(Deno.stdin.readable).text();
      if (processEnv().PAREX_PLAN !== undefined) return io.out(`${demoDraft(prompt)}\n`);
      const task = processEnv().PAREX_TASK_ID;
      if (task === undefined) {
        throw new Failed({
          reason: "usage",
          message: "demo-agent works only inside a run, where PAREX_TASK_ID names its task",
          hint: "parex demo",
        });
      }
      await doDemoTask({
        task,
        prompt,
        worktree: processEnv().PAREX_WORKTREE ?? io.cwd,
        say: (line) => io.out(`${line}\n`),
        pauseMs: PAUSE_MS,
      });
    });
}
