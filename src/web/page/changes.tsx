import { parse } from "diff2html";
import { useMemo } from "preact/hooks";
import type { TaskRecord } from "../../domain/task_record.ts";
import { useFetched } from "./parts.tsx";
import { useRun } from "./run.ts";

type File = ReturnType<typeof parse>[number];

/** A file of more changed lines is closed at first. */
const LONG = 300;

/** The files that a task has changed. */
export function Changes({ task }: { task: TaskRecord }) {
  const { source } = useRun();
  const diff = useFetched(() => source.diff(task.id), task.id, task.head, task.landed?.sha);
  const files = useMemo(() => diff ? parse(diff) : [], [diff]);
  if (diff === undefined) return <p class="empty">Loading …</p>;
  if (files.length === 0) return <p class="empty">It has no committed changes.</p>;
  const added = files.reduce((sum, file) => sum + file.addedLines, 0);
  const deleted = files.reduce((sum, file) => sum + file.deletedLines, 0);
  return (
    <div class="changes">
      <p class="lead">
        {files.length} {files.length === 1 ? "file" : "files"} changed,{" "}
        <span class="good">+{added}</span> <span class="bad">−{deleted}</span>
      </p>
      {files.map((file, at) => <ChangedFile key={at} file={file} />)}
    </div>
  );
}

function ChangedFile({ file }: { file: File }) {
  const { addedLines, deletedLines, blocks } = file;
  return (
    <details class="file" open={addedLines + deletedLines <= LONG}>
      <summary>
        <code>{nameOf(file)}</code>
        <span class="number">
          <span class="good">+{addedLines}</span> <span class="bad">−{deletedLines}</span>
        </span>
      </summary>
      {blocks.length === 0
        ? <p class="empty">{file.isBinary ? "A binary file." : "Its lines are the same."}</p>
        : (
          <div class="lines" tabIndex={0} role="region" aria-label={`Changes of ${nameOf(file)}`}>
            <table>
              <tbody>
                {blocks.map(({ header, lines }) => (
                  <>
                    <tr class="hunk">
                      <td colSpan={3}>{header}</td>
                    </tr>
                    {lines.map((line) => (
                      <tr class={line.type}>
                        <td class="at">{line.oldNumber}</td>
                        <td class="at">{line.newNumber}</td>
                        <td class="line">{line.content}</td>
                      </tr>
                    ))}
                  </>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </details>
  );
}

function nameOf({ oldName, newName, isDeleted, isNew, isRename }: File): string {
  if (isDeleted) return `${oldName} (deleted)`;
  if (isNew) return `${newName} (new)`;
  return isRename ? `${oldName} → ${newName}` : newName;
}
