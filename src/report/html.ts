import { formatCount, formatDuration, formatUsd } from "../domain/units.ts";
import { html, Markup } from "./markup.ts";
import type { Summary, TaskSummary } from "./summary.ts";
import { costCell, costWords, countWords, symbolOf, taskFacts } from "./words.ts";

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
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'">
        <title>${title}</title>
        <style>${STYLE}</style>
      </head>
      <body>
    <h1>${title}</h1>
    <p class="dim">run ${summary.run} (${summary.state}) · base ${summary.base} · agent ${[
      summary.agent,
      summary.model ?? "",
    ].join(" ").trim()} · ${summary.jobs} jobs · ${summary.started_at} to ${summary.ended_at}</p>
    ${taskTable(summary.tasks)}
    ${blockedPart(summary.tasks)}
    ${timePart(summary)}
    ${usagePart(summary)}
    ${integrationPart(summary)}
    ${listPart("Recovered", [
      ...summary.leftovers.map((id) => `${id} was left over from a crash and was executed again`),
      ...summary.recovery.map(({ what, action, outcome }) => `${what}: ${action}, ${outcome}`),
    ])}
    ${listPart("Notices", [...summary.warnings, ...summary.notices])}
    ${summary.next.length === 0 ? "" : html`<h2>Next</h2>\n<pre>${summary.next.join("\n")}</pre>`}
      </body>
    </html>
  `.text;
}

function taskTable(tasks: TaskSummary[]): Markup {
  return html`<h2>Tasks</h2>
<table>
<tr><th>task</th><th></th><th>status</th><th class="number">time</th><th class="number">cost</th></tr>
${tasks.map(taskRow)}
</table>`;
}

function taskRow(task: TaskSummary): Markup {
  const waits = task.waits_for.map(({ id, status }) => `${id} (${status})`).join(", ");
  const facts = waits === "" ? taskFacts(task) : `waits for ${waits}`;
  const begun = task.attempts > 0;
  return html`
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
  const blocked = tasks.filter((task) => task.status === "blocked");
  if (blocked.length === 0) return html``;
  return html`<h2>Blocked</h2>
${
    blocked.map((task) =>
      html`<p><strong>${task.id}</strong> <span class="blocked">${task.reason ?? ""}</span><br>
${task.message ?? ""}</p>
<pre>${task.next.join("\n")}</pre>`
    )
  }`;
}

function timePart({ time }: Summary): Markup {
  const { tasks, ms } = time.critical_path;
  return html`
    <h2>Time</h2>
    <table>
      <tr>
        <th>wall</th>
        <td>${formatDuration(time.wall_ms)}</td>
      </tr>
      <tr>
        <th>tasks together</th>
        <td>${formatDuration(time.tasks_ms)}, ${time.speedup} times the wall time</td>
      </tr>
      <tr>
        <th>critical path</th>
        <td>${formatDuration(ms)}, no schedule of these tasks is faster:
    ${tasks.join(" > ")}</td>
      </tr>
      <tr>
        <th>at work</th>
        <td>agents ${formatDuration(time.agents_ms)},
    checks ${formatDuration(time.checks_ms)}</td>
      </tr>
    </table>
  `;
}

function usagePart({ usage, same_tokens }: Summary): Markup {
  const others = same_tokens.models.map(({ name, cost_usd }) => `${name} ${formatUsd(cost_usd)}`);
  const unreported = usage.tokens_unreported === 0
    ? ""
    : ` (not reported for ${usage.tokens_unreported} of ${usage.attempts} attempts)`;
  return html`<h2>Tokens and cost</h2>
<table>
<tr><th>tokens</th><td>${formatCount(usage.input_tokens)} in,
${formatCount(usage.output_tokens)} out,
${formatCount(usage.cache_read_tokens)} read from the cache${unreported}</td></tr>
<tr><th>cost</th><td>${costWords(usage).join("; ")}</td></tr>
${
    others.length === 0 ? "" : html`
      <tr>
        <th>other models</th>
        <td>the same tokens at the list
      prices of ${same_tokens.prices_of}, estimated: ${others.join(", ")}</td>
      </tr>
    `
  }
</table>`;
}

function integrationPart({ checks }: Summary): Markup {
  return listPart(
    "Integration",
    checks.map(({ name, command, exit_code, ms }) =>
      `${name} ${exit_code === 0 ? "ok" : `exit code ${exit_code ?? "none"}`} ` +
      `${formatDuration(ms)}: ${command}`
    ),
  );
}

function listPart(title: string, items: string[]): Markup {
  if (items.length === 0) return html``;
  return html`<h2>${title}</h2>\n<ul>\n${items.map((item) => html`<li>${item}</li>`)}\n</ul>`;
}
