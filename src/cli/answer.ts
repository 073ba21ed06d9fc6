import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { repositoryAt } from "./repository.ts";
import { questionsText } from "../report/commands/questions.ts";
import { canAsk, choose, writeAnswer } from "./ask.ts";
import type { Context } from "./context.ts";
import { findRun, historyOf } from "./runs.ts";
import { addRetryOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("answer")
    .description(
      "Answer the question of a blocked task's agent, which continues with the answer " +
        "in the live run, or in a new one. Without arguments: list the open questions and ask",
    )
    .argument("[task]", "Blocked task")
    .argument("[answer]", "What to tell its agent");
  addRetryOptions(command);
  return command.action(async (task, answer, flags) => {
    const given = task !== undefined && answer !== undefined
      ? { task, answer: answer.trim() }
      : await askFor(context, task);
    if (!given) return;
    const { prepareAnswer } = await import("./answer_run.ts");
    const ready = await prepareAnswer(context, given, flags);
    if (!ready) return;
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}

/**
 * Shows the open questions; on a terminal, asks which one to answer, and for the answer. Undefined: none was
 * answered.
 */
async function askFor(
  { io }: Context,
  wanted: string | undefined,
): Promise<{ task: string; answer: string } | undefined> {
  const { commonDir } = await repositoryAt(io.cwd);
  const run = await findRun(commonDir);
  const history = run && await historyOf(commonDir, run.record);
  const open = [...history?.tasks.values() ?? []].flatMap(({ id, status, failure }) =>
    status === "blocked" && failure?.reason === "needs_input"
      ? [{ task: id, question: failure.question }]
      : []
  ).filter(({ task }) => wanted === undefined || task === wanted);
  if (wanted !== undefined && open.length === 0) {
    const message = `${wanted} has no open question`;
    throw new Failed({ reason: "usage", message, hint: "see the open questions: parex answer" });
  }
  io.out(questionsText(open, { columns: io.columns }));
  if (open.length === 0 || !canAsk(io)) return undefined;
  const at = open.length === 1
    ? 0
    : await choose("Which one do you want to answer?", open.map(({ task }) => task));
  const question = at === undefined ? undefined : open[at];
  if (!question) return undefined;
  const answer = await writeAnswer(`Your answer to ${question.task}`);
  return answer === undefined ? undefined : { task: question.task, answer };
}
