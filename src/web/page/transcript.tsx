import type { AttemptRecord, TaskRecord } from "../../domain/task_record.ts";
import type { TranscriptItem } from "../../domain/transcript_item.ts";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { kindWords, outcomeWords } from "../../report/words.ts";
import { useFetched } from "./parts.tsx";
import { useRun } from "./run.ts";

/** Fetches the transcript of an agent at work again after this time. */
const REFRESH_MS = 2_000;

/** What the agents of a task said and did, attempt by attempt. */
export function Transcripts({ task }: { task: TaskRecord }) {
  if (task.attempts.length === 0) {
    return <p class="empty">No agent has worked on it yet.</p>;
  }
  return (
    <div class="transcripts">
      {task.attempts.map((attempt, call) => (
        <Attempt
          key={call}
          task={task}
          call={call}
          attempt={attempt}
          last={call === task.attempts.length - 1}
        />
      ))}
    </div>
  );
}

function Attempt({ task, call, attempt, last }: {
  task: TaskRecord;
  call: number;
  attempt: AttemptRecord;
  last: boolean;
}) {
  const { outcome, ms, usage, agent, kind, run } = attempt;
  const { runs } = useRun();
  const facts = [
    agent + (usage.model ? ` (${usage.model})` : ""),
    ...(kind === "first" ? [] : [kindWords(kind)]),
    ...(ms === undefined ? [] : [formatDuration(ms)]),
    ...(usage.cost_usd === undefined ? [] : [formatUsd(usage.cost_usd)]),
    ...(runs.length > 1 && run !== undefined ? [`run ${run}`] : []),
  ];
  const how = outcome === undefined ? "busy" : outcome === "finished" ? "good" : "bad";
  return (
    <details class="attempt" open={last}>
      <summary>
        <strong>Attempt {call + 1}</strong>
        <span class={how}>
          {outcome === undefined ? "at work" : outcomeWords(outcome)}
        </span>
        <span class="dim">{facts.join(" · ")}</span>
      </summary>
      <Items task={task} call={call} over={outcome !== undefined} />
    </details>
  );
}

function Items({ task, call, over }: { task: TaskRecord; call: number; over: boolean }) {
  const { source, now } = useRun();
  const tick = over ? "over" : Math.floor(now / REFRESH_MS);
  const items = useFetched(() => source.transcript(task.id, call), task.id, call, tick);
  if (items === undefined) return <p class="empty">Loading …</p>;
  if (items === null || items.length === 0) {
    return <p class="empty">{over ? "It printed nothing." : "Nothing printed yet."}</p>;
  }
  return <ol class="items">{items.map((item, at) => <Item key={at} item={item} />)}</ol>;
}

function Item({ item }: { item: TranscriptItem }) {
  switch (item.kind) {
    case "said":
      return <li class="said">{item.text.trim()}</li>;
    case "note":
      return <li class={item.failed ? "note bad" : "note"}>{item.text}</li>;
    case "output":
      return (
        <li>
          <pre tabIndex={0}>{item.text}</pre>
        </li>
      );
    case "tool":
      return (
        <li>
          <Tool item={item} />
        </li>
      );
  }
}

function Tool({ item }: { item: Extract<TranscriptItem, { kind: "tool" }> }) {
  const { name, subject, edit, result, failed } = item;
  const head = (
    <>
      <span class={failed ? "tool bad" : "tool"}>{failed && "✘ "}{name}</span>
      <code>{subject.trim()}</code>
    </>
  );
  if (!edit && (result === undefined || result.trim() === "")) return <p class="call">{head}</p>;
  return (
    <details class="call">
      <summary>{head}</summary>
      {edit && <Edit {...edit} />}
      {result !== undefined && result.trim() !== "" && <pre tabIndex={0}>{result.trimEnd()}</pre>}
    </details>
  );
}

function Edit({ before, after }: { before: string; after: string }) {
  const lines = (text: string) => text === "" ? [] : text.replace(/\n$/, "").split("\n");
  return (
    <pre class="edit" tabIndex={0}>
      {lines(before).map((line) => <del>{`- ${line}\n`}</del>)}
      {lines(after).map((line) => <ins>{`+ ${line}\n`}</ins>)}
    </pre>
  );
}
