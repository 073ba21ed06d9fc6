/** The table of docs/agents.md, from the cases that the tests play. */
import { PROGRAMS } from "../../src/agent/agents.ts";
import { CASES } from "./cases.ts";
import type { ClientId } from "./client.ts";
import { UNCOUNTED } from "./exceptions.ts";
import pinned from "./package.json" with { type: "json" };

const PACKAGES: Record<Exclude<ClientId, "claude-oldest">, keyof typeof pinned.dependencies> = {
  claude: "@anthropic-ai/claude-code",
  codex: "@openai/codex",
  gemini: "@google/gemini-cli",
  copilot: "@github/copilot",
  opencode: "opencode-ai",
  pi: "@earendil-works/pi-coding-agent",
};

const { dependencies } = pinned;
const OLDEST = dependencies["claude-code-oldest"].split("@").at(-1);
const COLUMNS = Object.values(PROGRAMS).map(({ name }) => name as keyof typeof PACKAGES);

/** The table with the clients' versions, then a note for each exception. */
export function agentsTable(): string {
  const notes: string[] = [];
  const cell = (client: ClientId, name: string) => {
    const why = UNCOUNTED[client]?.[name];
    if (why === undefined) return "yes";
    notes.push(`${client}: the tokens are not counted, since ${why}.`);
    return `yes [${notes.length}]`;
  };
  const version = (name: keyof typeof PACKAGES) =>
    name === "claude"
      ? `${OLDEST} to ${dependencies[PACKAGES.claude]}`
      : dependencies[PACKAGES[name]];
  const rows = [
    ["an agent …", ...COLUMNS.map((name) => `\`${name}\` ${version(name)}`)],
    ["---", ...COLUMNS.map(() => "---")],
    ...CASES.map(({ name }) => [name, ...COLUMNS.map((client) => cell(client, name))]),
  ];
  const table = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
  return [table, ...notes.map((note, at) => `[${at + 1}] ${note}`)].join("\n\n");
}
