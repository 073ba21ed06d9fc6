import { Command } from "@commander-js/extra-typings";
import { join } from "node:path";
import { findChecks } from "../checks/find.ts";
import { claudeFolder } from "../claude_code/paths.ts";
import { hasPlugin } from "../claude_code/plugin.ts";
import { planSetUp, planUndo, type SetUp, type SetUpInput } from "../claude_code/setup.ts";
import { SLASH_COMMAND } from "../claude_code/slash_command.ts";
import { settingsEntries } from "../claude_code/settings_entries.ts";
import { sampleConfig } from "../config/sample.ts";
import { defaultCheckJobs, DEFAULTS } from "../config/table.ts";
import { AGENTS } from "../domain/agents.ts";
import { Failed } from "../domain/failed.ts";
import { CONFIG_PATH } from "../domain/names.ts";
import { processEnv } from "../exec/env.ts";
import { selfCommand } from "../exec/self.ts";
import { isOnPath } from "../exec/which.ts";
import { findRepository } from "../hook/repository.ts";
import { pluginText, setUpText } from "../report/commands/init.ts";
import { stateDir } from "../journal/store.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";

interface Flags {
  local?: true;
  user?: true;
  yes?: true;
  undo?: true;
  dryRun?: true;
}

export function command(context: Context) {
  return new Command("init")
    .description(
      "Set up Claude Code for parex: permissions, hooks and a /parex command in " +
        ".claude/settings.json, and a config file that shows what was detected",
    )
    .option("--local", "Write to .claude/settings.local.json, for you alone")
    .option("--user", "Write to your own settings, for all repositories")
    .option("--undo", "Remove exactly what parex init added")
    .option("--dry-run", "Show what would change, and do nothing")
    .option("--yes", "Do not ask")
    .action((flags: Flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<void> {
  const { io } = context;
  const input = await prepare(io, flags);
  const setUp = flags.undo ? planUndo(input) : planSetUp(input);
  if (setUp.changes.length === 0) {
    return io.out(flags.undo ? "Nothing to undo.\n" : "Everything is set up already.\n");
  }
  const text = setUpText(setUp.changes, io.cwd);
  if (flags.dryRun) return io.out(text);
  if (!flags.yes) {
    io.err(text);
    if (!canAsk(io)) throw new Failed(unasked(flags));
    if (!await confirm("Change it?")) return context.exit(1);
  }
  apply(context, setUp, flags, text);
}

function apply({ io }: Context, setUp: SetUp, flags: Flags, text: string): void {
  setUp.apply();
  io.out(text);
  if (flags.undo) return;
  if (!isOnPath("parex")) {
    io.err(
      "parex is not on the PATH: hooks call it where it lies, but Claude Code can run `parex` " +
        "only when it is.\n",
    );
  }
  io.err("Restart open Claude Code sessions to pick this up.\n");
  io.err(pluginText(hasPlugin(processEnv())));
}

function unasked({ undo }: Flags) {
  return {
    reason: "usage",
    message: "nothing was changed: confirm with --yes, as there is no terminal",
    hint: undo ? "parex init --undo --yes" : "parex init --yes",
  } as const;
}

async function prepare(io: Io, flags: Flags): Promise<SetUpInput> {
  if (flags.local && flags.user) {
    throw new Failed({ reason: "usage", message: "--local and --user cannot be combined" });
  }
  const wishes = settingsEntries(isOnPath("parex") ? "parex hook" : selfCommand("hook"));
  const input = flags.user
    ? forUser(wishes)
    : await forRepository(io.cwd, wishes, flags.local ?? false);
  return hasPlugin(processEnv()) ? besidePlugin(input) : input;
}

/** With the plugin's hooks and command, others would answer each prompt twice. */
function besidePlugin({ wishes, files, ...input }: SetUpInput): SetUpInput {
  const config = Object.entries(files).filter(([path]) => !path.endsWith("/commands/parex.md"));
  return {
    ...input,
    wishes: wishes.filter(({ kind }) => kind !== "hook"),
    files: Object.fromEntries(config),
  };
}

function forUser(wishes: SetUpInput["wishes"]): SetUpInput {
  const folder = claudeFolder(processEnv());
  if (folder === undefined) {
    const message = "there is no home folder: neither HOME nor CLAUDE_CONFIG_DIR is set";
    throw new Failed({ reason: "usage", message });
  }
  return {
    wishes,
    settings: join(folder, "settings.json"),
    files: { [join(folder, "commands", "parex.md")]: SLASH_COMMAND },
    record: join(folder, "parex", "init.json"),
  };
}

async function forRepository(
  cwd: string,
  wishes: SetUpInput["wishes"],
  local: boolean,
): Promise<SetUpInput> {
  // A repository without a commit can be set up as well.
  const repo = findRepository(cwd);
  if (!repo) throw new Failed({ reason: "not_a_repository", cwd });
  const { top: checkout, commonDir } = repo;
  const name = local ? "settings.local.json" : "settings.json";
  return {
    wishes,
    settings: join(checkout, ".claude", name),
    files: {
      [join(checkout, ".claude", "commands", "parex.md")]: SLASH_COMMAND,
      [join(checkout, CONFIG_PATH)]: await configFor(checkout),
    },
    record: join(stateDir(commonDir), "init", name),
  };
}

async function configFor(checkout: string): Promise<string> {
  const { setup, checks } = await findChecks(checkout, {});
  const agent = AGENTS.find(isOnPath);
  const commands = [...setup ? [setup] : [], ...checks].map(({ name, command, from }) =>
    [name, { value: command, from: `found in ${from}` }] as const
  );
  return sampleConfig({
    jobs: { value: DEFAULTS.jobs },
    agent: agent === undefined
      ? { value: DEFAULTS.agent, from: "none was found here" }
      : { value: agent, from: "found here" },
    checkJobs: { value: defaultCheckJobs(navigator.hardwareConcurrency) },
    ...Object.fromEntries(commands),
  });
}
