import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { programOf } from "../agent/agents.ts";
import { readTranscript } from "../agent/transcript_items.ts";
import { Failed } from "../domain/failed.ts";
import { redact } from "../domain/redact.ts";
import type { AttemptRecord } from "../domain/task_record.ts";
import type { TranscriptItem } from "../domain/transcript_item.ts";
import { liveRun, readRun } from "../journal/store.ts";
import { printable } from "../report/escape.ts";
import { plural } from "../report/layout.ts";
import { transcriptText } from "../report/run/transcript_text.ts";
import { sleep } from "../util/backoff.ts";
import { readIfThere, stampOf } from "../util/files.ts";
import { stripAnsi } from "../util/text.ts";
import { transcriptOf, transcriptPath } from "../web/run_files.ts";
import type { Context } from "./context.ts";
import { folderOf, type KnownTask, knownTask } from "./known_task.ts";

const POLL_MS = 300;

export function command(context: Context) {
  const { io } = context;
  return new Command("logs")
    .description("Show what a task's agent said and did: text, tool calls, edits, results")
    .argument("<task>", "Task of the plan")
    .option("-f, --follow", "Follow the agent until its attempt ends")
    .option(
      "--attempt <n>",
      "Attempt, as `parex show` numbers them (default: the last one)",
      number,
    )
    .option("--raw", "Print what the agent printed, byte for byte")
    .action(async (id, { follow, attempt: wanted, raw }) => {
      const known = await knownTask(io.cwd, id);
      const { attempts } = known.task;
      const at = (wanted ?? attempts.length) - 1;
      const attempt = attempts[at];
      if (!attempt) {
        const message = attempts.length === 0
          ? `no agent has worked on ${id} yet`
          : `${id} has had ${plural(attempts.length, "attempt")}`;
        throw new Failed({ reason: "usage", message, hint: `parex show ${id}` });
      }
      const say = (items: readonly TranscriptItem[]) =>
        io.out(transcriptText(items, { color: io.colorOut, columns: io.columns }));
      const folder = folderOf(known);
      const path = transcriptPath(folder, known.task, attempt);
      if (follow) {
        const out = (text: string) => io.out(text);
        const { agent } = attempt;
        const printer = raw
          ? rawPrinter(out)
          : programOf(agent) === undefined
          ? linePrinter(out)
          : itemPrinter(agent, say);
        await followFile(known, attempt, path, printer);
      } else if (raw) io.out(redact(await readIfThere(path) ?? "", known.secrets));
      else say(await transcriptOf(folder, known.task, at) ?? []);
    });
}

/** Prints the new part of a transcript. */
type Printer = (text: string, over: boolean) => void;

function rawPrinter(out: (text: string) => void): Printer {
  let printed = 0;
  return (text) => {
    // What was left out of a long transcript was printed before.
    out(text.slice(Math.min(printed, text.length)));
    printed = text.length;
  };
}

/** Prints the lines of an output without a format as they come. */
function linePrinter(out: (text: string) => void): Printer {
  let printed = 0;
  return (text, over) => {
    // What was left out of a long transcript was printed before.
    const from = Math.min(printed, text.length);
    printed = over ? text.length : Math.max(from, text.lastIndexOf("\n") + 1);
    if (printed > from) out(printable(stripAnsi(text.slice(from, printed))));
  };
}

/** Prints an item once it is complete: the last one may grow, a tool may answer. */
function itemPrinter(agent: string, say: (items: readonly TranscriptItem[]) => void): Printer {
  let printed = 0;
  let length = 0;
  return (text, over) => {
    const items = readTranscript(agent, text);
    // The middle of a long transcript was left out, after it was printed.
    if (text.length < length) printed = items.length;
    length = text.length;
    const open = items.findIndex((item, at) =>
      at >= printed &&
      (at === items.length - 1 || item.kind === "tool" && item.result === undefined)
    );
    const end = over || open < 0 ? items.length : open;
    say(items.slice(printed, end));
    printed = Math.max(printed, end);
  };
}

/** Polls the file until the attempt's run has ended or a later event ended the attempt. */
async function followFile(
  { repo, record, secrets, task }: KnownTask,
  { run = record.run, attempt }: AttemptRecord,
  path: string,
  print: Printer,
): Promise<void> {
  const isOver = async () => {
    if (liveRun(repo.commonDir)?.run !== run) return true;
    const now = await readRun(repo.commonDir, run);
    const same = now.record.tasks.get(task.id)?.attempts.findLast((one) => one.attempt === attempt);
    return same?.outcome !== undefined;
  };
  let stamp = "";
  for (;;) {
    const over = await isOver();
    const current = stampOf(path);
    if (current !== stamp || over) print(redact(await readIfThere(path) ?? "", secrets), over);
    if (over) return;
    stamp = current;
    await sleep(POLL_MS);
  }
}

function number(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 1 or more");
}
