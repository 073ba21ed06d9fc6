import { formatDuration, formatUsd } from "../../domain/units.ts";
import { Markup, markup } from "./markup.ts";
import { type Outcome, outcomesOf, remarksOf } from "./outcomes.ts";
import type { Summary, TaskSummary } from "./summary.ts";
import {
  agentWords,
  costCell,
  costWords,
  countWords,
  pathWords,
  symbolOf,
  taskFacts,
  togetherWords,
  tokenWords,
} from "./phrases.ts";

const STYLE = new Markup(`
:root { color-scheme: light dark; --line: #8884; --dim: #777; --good: #18794e; --bad: #cd2b31; }
@media (prefers-color-scheme: dark) { :root { --dim: #999; --good: #4cc38a; --bad: #ff6369; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; }
td, th { border-bottom: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.dim { color: var(--dim); font-size: .9rem; overflow-wrap: anywhere; }
.completed { color: var(--good); white-space: nowrap; }
.blocked { color: var(--bad); white-space: nowrap; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
`);

/** The report as one file that needs no other. */
export function reportHtml(summary: Summary): string {
  const title = `${summary.plan?.name ?? "unknown plan"}: ${countWords(summary.counts)}`;
  const { next } = summary;
  return page(title, [
    markup`<h1>${title}</h1>`,
    runLine(summary),
    taskTable(summary.tasks),
    blockedPart(summary.tasks),
    ...outcomesOf(summary).map(listPart),
    timePart(summary),
    usagePart(summary),
    ...remarksOf(summary).map(listPart),
    next.length === 0 ? markup`` : markup`<h2>Next</h2>\n<pre>${next.join("\n")}</pre>`,
  ]).text;
}

function page(title: string, body: Markup[]): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function runLine(summary: Summary): Markup {
  const facts = [
    `run ${summary.run} (${summary.state})`,
    `base ${summary.base}`,
    ...agentWords(summary),
    `${summary.started_at} to ${summary.ended_at}`,
  ];
  return markup`<p class="dim">${facts.join(" · ")}</p>`;
}

function taskTable(tasks: TaskSummary[]): Markup {
  return markup`<h2>Tasks</h2>
<table>
<tr><th>task</th><th></th><th>status</th><th class="number">time</th><th class="number">cost</th></tr>
${tasks.map(taskRow)}
</table>`;
}

function taskRow(task: TaskSummary): Markup {
  const waits = task.waits_for.map(({ id, status }) => `${id} (${status})`).join(", ");
  const facts = waits === "" ? taskFacts(task) : `waits for ${waits}`;
  const begun = task.attempts > 0;
  return markup`
    <tr>
      <td>${task.id}</td>
      <td>${task.name}<br><span class="dim">${facts}</span></td>
      <td class="${task.status}">${symbolOf(task.status)} ${task.status}</td>
      <td class="number">${begun ? formatDuration(task.ms) : ""}</td>
      <td class="number">${begun ? costCell(task.usage) : ""}</td>
    </tr>
  `;
}

function blockedPart(tasks: TaskSummary[]): Markup {
  const blocked = tasks.filter((task) => task.status === "blocked").map((task) =>
    markup`<p><strong>${task.id}</strong> <span class="blocked">${task.reason ?? ""}</span></p>
<p>${task.message ?? ""}</p>
<pre>${[...task.details, ...task.next].join("\n")}</pre>`
  );
  return blocked.length === 0 ? markup`` : markup`<h2>Blocked</h2>\n${blocked}`;
}

function timePart(summary: Summary): Markup {
  const { time } = summary;
  const { tasks } = time.critical_path;
  const rows: [string, string][] = tasks.length === 0 ? [] : [
    ["tasks together", togetherWords(time)],
    ["critical path", `${pathWords(summary)} ${tasks.join(" > ")}`],
  ];
  return tablePart("Time", [
    ["wall", formatDuration(time.wall_ms)],
    ...rows,
    [
      "at work",
      `agents ${formatDuration(time.agents_ms)}, checks ${formatDuration(time.checks_ms)}`,
    ],
  ]);
}

function usagePart(summary: Summary): Markup {
  const { usage, same_tokens } = summary;
  const others = same_tokens.models.map(({ name, cost_usd }) => `${name} ${formatUsd(cost_usd)}`);
  const compared = `the same tokens at the list prices of ${same_tokens.prices_of}, estimated: ` +
    others.join(", ");
  return tablePart("Tokens and cost", [
    ["tokens", tokenWords(usage).join("; ")],
    ["cost", costWords(summary).join("; ")],
    ...(others.length === 0 ? [] : [["other models", compared] as const]),
  ]);
}

function tablePart(title: string, rows: (readonly [label: string, value: string])[]): Markup {
  const lines = rows.map(([label, value]) => markup`<tr><th>${label}</th><td>${value}</td></tr>`);
  return markup`<h2>${title}</h2>\n<table>\n${lines}\n</table>`;
}

function listPart({ title, lines }: Outcome): Markup {
  if (lines.length === 0) return markup``;
  return markup`<h2>${title}</h2>\n<ul>\n${lines.map((line) => markup`<li>${line}</li>`)}\n</ul>`;
}
