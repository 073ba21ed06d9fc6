import { Command } from "@commander-js/extra-typings";
import { addSettingOptions } from "../../src/cli/setting_options.ts";
import { settle } from "../../src/config/load.ts";
import { fromFlags } from "../../src/config/sources.ts";
import { KEYS, SETTINGS } from "../../src/config/table.ts";
import { assert, assertEquals } from "../support/assert.ts";

function execute() {
  const command = new Command("execute").argument("[plan]").exitOverride();
  addSettingOptions(command);
  return command;
}

Deno.test("addSettingOptions() gives a flag to every setting that is not flagless", () => {
  const flags = new Set(execute().options.map((option) => option.long));
  for (const key of KEYS) {
    const { name, flagless } = SETTINGS[key];
    assertEquals(flags.has(`--${name}`), !flagless, name);
  }
});

Deno.test("addSettingOptions() leaves out what is not given, so that weaker sources count", () => {
  assertEquals(execute().parse(["plan.yaml"], { from: "user" }).opts(), {});
});

Deno.test("addSettingOptions() hands over what loadSettings() understands", () => {
  const words = [
    ...["plan.yaml", "-j", "8", "--agent-command", "./agent --fast", "--timeout", "90s"],
    ...["--budget", "2.50", "--only", "a,b", "c", "--only", "d", "--json", "--no-push"],
  ];
  const settings = settle([fromFlags(execute().parse(words, { from: "user" }).opts())]);
  const { jobs, agent, agentCommand, timeoutMs, budgetUsd, only, json, push } = settings;
  assertEquals({ jobs, agent, agentCommand, timeoutMs, budgetUsd, only, json, push }, {
    jobs: 8,
    agent: "command",
    agentCommand: "./agent --fast",
    timeoutMs: 90_000,
    budgetUsd: 2.5,
    only: ["a", "b", "c", "d"],
    json: true,
    push: false,
  });
});

Deno.test("addSettingOptions() shows a switch only in the direction that changes something", () => {
  const help = execute().helpInformation();
  assert(help.includes("--dry-run") && !help.includes("--no-dry-run"), help);
  assert(help.includes("--no-push") && !help.includes("--push "), help);
  assert(help.includes("(default: 45m)"), help);
});
