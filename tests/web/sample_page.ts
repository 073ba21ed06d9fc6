/**
 * A run of a shop's plan as its journal, transcripts, logs and branches tell it: enough of
 * everything for the page to show.
 */
import { dirname, join } from "node:path";
import type { EventBody, GraphTask, RunEvent } from "../../src/domain/event.ts";
import { valueOf } from "../../src/domain/failed.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { openRepository } from "../../src/git/repository.ts";
import { takeLock } from "../../src/journal/lock.ts";
import { journalPath, runDir, stateDir } from "../../src/journal/store.ts";
import type { WebRun } from "../../src/web/served_run.ts";
import { node } from "../report/sample_run.ts";
import { type TempRepo, tempRepo, writeFiles } from "../support/repo.ts";

const RUN = "20261122-093000-k3f9";

export interface SampleOptions {
  /** Names of tasks to be shown instead of the usual ones. */
  names?: Record<string, string>;
  /** The run is over. */
  finished?: boolean;
}

/** The run in a repository of its own. */
export interface SamplePage extends AsyncDisposable {
  repo: TempRepo;
  run: WebRun;
  events: RunEvent[];
}

const GRAPH: [id: string, name: string, after: string[]][] = [
  ["schema", "Create the database schema", []],
  ["money", "Money type with rounding rules", []],
  ["catalog", "Catalog API", ["schema"]],
  ["cart", "Cart with price rules", ["schema", "money"]],
  ["auth", "Sign-in with passkeys", ["schema"]],
  ["checkout", "Checkout flow", ["cart", "auth"]],
  ["invoices", "Invoices as PDF", ["money"]],
  ["search", "Full-text search in the catalog", ["catalog"]],
  ["admin", "Back office for orders", ["checkout", "catalog"]],
  ["docs", "API reference", ["search", "checkout"]],
];

const CART = `export interface Line { sku: string; quantity: number; cents: number }

/** The total of a cart, discounts included. */
export function total(lines: Line[]): number {
  return lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
}
`;

export async function samplePage(options: SampleOptions = {}): Promise<SamplePage> {
  const repo = await tempRepo({ files: { "README.md": "# Shop\n", "src/cart.ts": "" } });
  const dir = runDir(`${repo.root}/.git`, RUN);
  await writeFiles(dir, TRANSCRIPTS);
  const merges = new Map<string, string>();
  for (const [task, files] of Object.entries(WORK)) {
    await repo.git(["checkout", "-q", "-b", `feature/${task}`]);
    await repo.commit(`feat: ${task}`, files);
    await repo.git(["checkout", "-q", "main"]);
    if (task === "cart") continue;
    await repo.git(["merge", "-q", "--no-ff", "-m", `Merge ${task}`, `feature/${task}`]);
    merges.set(task, await repo.git(["rev-parse", "HEAD"]));
  }
  const heads = await repo.git(["rev-parse", "feature/cart"]);
  const events = eventsOf(dir, merges, heads, options);
  await Deno.mkdir(dirname(journalPath(dir)), { recursive: true });
  await Deno.writeTextFile(
    journalPath(dir),
    events.map((event) => JSON.stringify(event) + "\n").join(""),
  );
  const run = { repo: await openRepository(repo.root), id: RUN, dir, secrets: [] };
  return { repo, run, events, [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose]() };
}

/** Holds the repository as the process of the run would, which makes it a live one. */
export function live({ run }: SamplePage): Disposable {
  const lock = valueOf(takeLock(stateDir(run.repo.commonDir), run.id));
  return { [Symbol.dispose]: () => lock.release() };
}

const WORK: Record<string, Record<string, string>> = {
  schema: { "db/schema.sql": "create table orders (id integer primary key);\n" },
  money: { "src/money.ts": "export type Cents = number;\n" },
  catalog: { "src/catalog.ts": "export const catalog = new Map<string, string>();\n" },
  cart: { "src/cart.ts": CART, "tests/cart_test.ts": 'import "../src/cart.ts";\n' },
};

const TRANSCRIPTS = {
  "transcripts/cart.1.log": claude(
    said("I'll look at the existing module first, then write the price rules test by test."),
    called("t1", "Read", { file_path: "src/cart.ts" }),
    answered("t1", "(empty file)"),
    called("t2", "Write", { file_path: "src/cart.ts", content: CART }),
    answered("t2", "File created"),
    called("t3", "Bash", { command: "npm test -- cart" }),
    answered("t3", "FAIL tests/cart.test.ts\n  ✕ rounds half a cent up (4 ms)", true),
    said("The rounding differs from the money type. I fix that in the repair."),
  ),
  "transcripts/cart.2.log": claude(
    said("The failing test expects half a cent to be rounded to even, as the money type does."),
    called("t4", "Edit", {
      file_path: "src/cart.ts",
      old_string: "sum + quantity * cents",
      new_string: "sum + toEven(quantity * cents)",
    }),
    answered("t4", "The file src/cart.ts has been updated."),
    called("t5", "Bash", { command: "npm test" }),
    answered("t5", "Tests: 24 passed, 24 total"),
  ),
  "logs/cart.1.test.log":
    "> shop@1.0.0 test\n> vitest run\n\n ✕ tests/cart.test.ts > total > rounds half a cent up\n" +
    "   AssertionError: expected 1235 to be 1234\n\n Tests  1 failed | 23 passed (24)\n",
  "logs/cart.2.test.log": "> shop@1.0.0 test\n> vitest run\n\n Tests  24 passed (24)\n",
};

function claude(...lines: unknown[]): string {
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

function said(text: string) {
  return { type: "assistant", message: { content: [{ type: "text", text }] } };
}

function called(id: string, name: string, input: unknown) {
  return { type: "assistant", message: { content: [{ type: "tool_use", id, name, input }] } };
}

function answered(tool_use_id: string, content: string, is_error = false) {
  return {
    type: "user",
    message: { content: [{ type: "tool_result", tool_use_id, content, is_error }] },
  };
}

type Lines = [seconds: number, body: EventBody][];

function eventsOf(
  dir: string,
  merges: Map<string, string>,
  cartHead: string,
  { names = {}, finished = false }: SampleOptions,
): RunEvent[] {
  const graph = GRAPH.map(([id, name, after]) => node(id, names[id] ?? name, after));
  const lines: Lines = [
    [0, startOf(graph)],
    ...done("schema", 1, 95, merges.get("schema") ?? ""),
    ...done("money", 2, 61, merges.get("money") ?? ""),
    ...done("catalog", 109, 240, merges.get("catalog") ?? ""),
    ...cart(dir, cartHead, finished),
    ...asking(finished),
    ...failing(),
    ...(finished ? ending() : atWork()),
  ];
  const sorted = lines.toSorted(([a], [b]) => a - b);
  const last = sorted.at(-1)?.[0] ?? 0;
  const start = Date.now() - last * 1000 - (finished ? 600_000 : 2_000);
  return sorted.map(([seconds, body], at) => ({
    v: 1,
    seq: at + 1,
    at: new Date(start + seconds * 1000).toISOString(),
    run: RUN,
    ...body,
  }));
}

function startOf(graph: GraphTask[]): EventBody {
  return {
    type: "run.started",
    plan: { name: "Online shop", path: "/code/shop/.parallel/plans/plan.yaml", identity: "shop" },
    tasks: graph.map(({ id }) => id),
    base: "main",
    base_sha: "1111111111111111111111111111111111111111",
    jobs: 4,
    agent: "claude",
    model: "haiku",
    parex: "0.1.0",
    pid: 4711,
    graph,
    settings: { land: "merge", budgetUsd: 5, checks: {} } as never,
  };
}

const USAGE = {
  input_tokens: 12_000,
  output_tokens: 9_000,
  cache_read_tokens: 348_000,
  cache_write_tokens: 24_000,
  turns: 18,
  model: "claude-haiku-5-5",
};

function done(task: string, from: number, to: number, sha: string): Lines {
  const cost_usd = (to - from) / 1000;
  return [
    [from, { type: "task.status", task, from: "pending", to: "in_progress" }],
    [from + 3, started(task, 1, "first")],
    [to - 20, finished(task, 1, (to - from - 23) * 1000, cost_usd)],
    [to - 20, { type: "task.committed", task, attempt: 1, commits: 1, head: sha, by_parex: false }],
    [to - 20, { type: "task.status", task, from: "in_progress", to: "testing" }],
    [to - 8, check(task, 1, "test", 0)],
    [to, check(task, 1, "lint", 0)],
    [to, { type: "task.status", task, from: "testing", to: "completed" }],
    [to + 13, { type: "task.landed", task, how: "merge", sha }],
  ];
}

function started(task: string, attempt: number, kind: "first" | "repair"): EventBody {
  return { type: "agent.started", task, attempt, agent: "claude", pid: 4800, kind };
}

function finished(task: string, attempt: number, ms: number, cost_usd: number): EventBody {
  return { type: "agent.finished", task, attempt, outcome: "finished", ms, cost_usd, ...USAGE };
}

function check(
  task: string,
  attempt: number,
  name: string,
  exit_code: number,
  log?: string,
): EventBody {
  const command = `npm run ${name}`;
  const known = { type: "checks.finished", task, attempt, name, command, exit_code } as const;
  return { ...known, ms: 9_000, ...(log === undefined ? {} : { log }) };
}

function cart(dir: string, head: string, over: boolean): Lines {
  const task = "cart";
  const log = (attempt: number) => join(dir, `logs/cart.${attempt}.test.log`);
  return [
    [110, { type: "task.status", task, from: "pending", to: "in_progress" }],
    [110, {
      type: "worktree.created",
      task,
      path: "/code/shop.worktrees/cart",
      branch: "feature/cart",
      ms: 400,
    }],
    [114, started(task, 1, "first")],
    [215, finished(task, 1, 101_000, 0.1203)],
    [215, { type: "task.committed", task, attempt: 1, commits: 1, head, by_parex: false }],
    [215, { type: "task.status", task, from: "in_progress", to: "testing" }],
    [236, check(task, 1, "test", 1, log(1))],
    [236, { type: "task.status", task, from: "testing", to: "in_progress" }],
    [237, started(task, 2, "repair")],
    ...(over
      ? [
        [310, finished(task, 2, 73_000, 0.0811)],
        [310, { type: "task.status", task, from: "in_progress", to: "testing" }],
        [331, check(task, 2, "test", 0, log(2))],
        [331, { type: "task.status", task, from: "testing", to: "completed" }],
      ] satisfies Lines
      : [
        [282, { type: "agent.activity", task, attempt: 2, doing: "Edit src/cart.ts", ...USAGE }],
      ] satisfies Lines),
  ];
}

/** Its agent asks. */
function asking(over: boolean): Lines {
  const task = "auth";
  const question = "Should people without a passkey be able to sign in by e-mail link, or is " +
    "that out of scope? The task file names both.";
  const failure: Failure = { reason: "needs_input", question };
  return [
    [111, { type: "task.status", task, from: "pending", to: "in_progress" }],
    [115, started(task, 1, "first")],
    [188, finished(task, 1, 73_000, 0.0704)],
    [188, {
      type: "task.status",
      task,
      from: "in_progress",
      to: "blocked",
      reason: "needs_input",
      message: `its agent asks: ${question}`,
      next: [`parex answer auth "…"`],
      failure,
    }],
    ...(over ? [] : []),
  ];
}

function failing(): Lines {
  const task = "invoices";
  return [
    [75, { type: "task.status", task, from: "pending", to: "in_progress" }],
    [79, started(task, 1, "first")],
    [160, finished(task, 1, 81_000, 0.0933)],
    [160, { type: "task.status", task, from: "in_progress", to: "testing" }],
    [175, check(task, 1, "test", 1)],
    [175, { type: "task.status", task, from: "testing", to: "in_progress" }],
    [176, started(task, 2, "repair")],
    [230, finished(task, 2, 54_000, 0.0612)],
    [230, { type: "task.status", task, from: "in_progress", to: "testing" }],
    [246, check(task, 2, "test", 1)],
    [246, {
      type: "task.status",
      task,
      from: "testing",
      to: "blocked",
      reason: "checks_failed",
      message: "test failed after 2 attempts: npm run test ended with exit code 1",
      details: [
        "FAIL tests/invoices.test.ts > renders the VAT summary",
        "AssertionError: expected 'VAT 19%' to be 'VAT 19.0%'",
      ],
      next: ["read the whole output, then: parex retry invoices"],
    }],
  ];
}

function atWork(): Lines {
  return [
    [254, { type: "task.status", task: "search", from: "pending", to: "in_progress" }],
    [258, started("search", 1, "first")],
    [284, {
      type: "agent.activity",
      task: "search",
      attempt: 1,
      doing: "Bash npm test -- search",
      input_tokens: 4_000,
      output_tokens: 1_200,
    }],
  ];
}

function ending(): Lines {
  return [[340, {
    type: "run.finished",
    exit_code: 1,
    completed: 4,
    blocked: 2,
    pending: 4,
    ms: 340_000,
    speedup: 2.1,
    cost_usd: 0.7,
  }]];
}
