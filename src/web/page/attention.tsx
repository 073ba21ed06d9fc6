import { useId, useState } from "preact/hooks";
import type { TaskRecord } from "../../domain/task_record.ts";
import { selectedTasks } from "../../domain/metrics.ts";
import { reasonWords } from "../../report/words.ts";
import { shellWord } from "../../report/escape.ts";
import { CommandLine, TaskLink } from "./parts.tsx";
import { useRun } from "./run.ts";

/** Open questions first, then what is blocked for another reason. */
export function Attention() {
  const { record } = useRun();
  const blocked = selectedTasks(record).filter(({ status }) => status === "blocked");
  if (blocked.length === 0) return null;
  const questions = blocked.filter(({ reason }) => reason === "needs_input");
  const others = blocked.filter((task) => !questions.includes(task));
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">Needs you</h2>
      {questions.map((task) => <Problem key={task.id} task={task} />)}
      {others.map((task) => <Problem key={task.id} task={task} />)}
    </section>
  );
}

/** Why a task is blocked, and what helps. */
export function Problem({ task }: { task: TaskRecord }) {
  const { failure, message, details, next, reason } = task;
  const asks = failure?.reason === "needs_input" ? failure.question : undefined;
  return (
    <article class={asks === undefined ? "problem" : "problem question"}>
      <h3>
        <TaskLink id={task.id} /> <span class="why">{reasonWords(reason)}</span>
      </h3>
      <p class="message">{asks ?? message}</p>
      {asks === undefined && details.length > 0 && <pre>{details.join("\n")}</pre>}
      {asks === undefined
        ? next.map((line) => <Step line={line} />)
        : <AnswerForm task={task.id} />}
      {asks === undefined && <SteerButton ask="retry" task={task.id} />}
    </article>
  );
}

/** `read what it said, then: parex retry task-2` is words and a command. */
function Step({ line }: { line: string }) {
  const command = /^(.*?: )?((?:parex|git|gh) .*)$/.exec(line);
  if (!command) return <p class="step">{line}</p>;
  return (
    <div class="step">
      {command[1] && <span>{command[1]}</span>}
      <CommandLine command={command[2] ?? ""} />
    </div>
  );
}

/** Asks the live run to retry or stop a task; nothing where the page is read-only. */
export function SteerButton({ ask, task }: { ask: "retry" | "stop"; task: string }) {
  const { source, summary } = useRun();
  const [error, setError] = useState("");
  const { steer } = source;
  if (!steer || summary.state !== "running") return null;
  const onClick = () => steer(ask, task).catch(({ message }: Error) => setError(message));
  return (
    <p class="step">
      <button type="button" onClick={onClick}>{ask === "retry" ? "Retry it" : "Stop it"}</button>
      {error !== "" && <span role="alert">{error}</span>}
    </p>
  );
}

function AnswerForm({ task }: { task: string }) {
  const { source, summary } = useRun();
  const [text, setText] = useState("");
  const [state, setState] = useState<"open" | "sent" | { error: string }>("open");
  const field = useId();
  const { answer } = source;
  if (!answer || summary.state !== "running") {
    return <CommandLine command={`parex answer ${shellWord(task)} "…"`} />;
  }
  if (state === "sent") return <p class="sent" role="status">Sent. The agent continues with it.</p>;
  const send = async (event: Event) => {
    event.preventDefault();
    try {
      await answer(task, text);
      setState("sent");
    } catch (error) {
      setState({ error: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <form onSubmit={send}>
      <label for={field}>Your answer</label>
      <textarea
        id={field}
        rows={3}
        required
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" class="primary">Send the answer</button>
      {typeof state === "object" && <p class="error" role="alert">{state.error}</p>}
    </form>
  );
}
