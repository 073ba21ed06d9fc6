import type { Env } from "../../exec/env.ts";
import { gitRefusal, HOOK_SKIPPERS, HOOKS_MUST_RUN, onlyReads, readGit } from "./git.ts";
import { type Command, isText, type Item, readLine } from "./lexer.ts";
import { basename, isAbsolute, leadsAway, UNKNOWN, UNSET } from "./paths.ts";
import { BY_NAME, ONLY_READ, programRefusal, subjectsOf, targetsOf, unwrap } from "./programs.ts";
import {
  assign,
  copyOf,
  known,
  listedBy,
  type Scope,
  split,
  valueOf,
  variableOf,
} from "./words.ts";
import { type Borders, copyOf as copyIn, refusal, zoneOf } from "./zones.ts";

/** What the system takes as one argument, and so `bash -c`: the rest of a line is not read. */
const MAX_LENGTH = 131_072;
const MAX_SCRIPTS = 8;
const MAX_COMMANDS = 10_000;
/** Each path costs some questions to the file system. */
const MAX_PATHS = 2_000;
const MAX_ARGUMENTS = 200;
const SHELLS = /^(sh|bash|zsh|dash|ksh|ash)$/;
const INTERPRETERS = /^(python[\d.]*|pypy|node|deno|bun|ruby|perl|php)$/;
/** What makes `find` find less than everything. */
const PICKS = /^-(i?(name|lname|path|wholename|regex)|empty|newer\w*|[acm](min|time))$/;

/**
 * Why an agent may not run this command line, and what to do instead; undefined if it may. It looks
 * for the mistakes that agents make. What the line does not show is allowed: the sandbox prevents
 * what programs do, and parex sees it afterwards.
 */
export function reviewCommandLine(
  line: string,
  { borders, cwd, env }: { borders: Borders; cwd: string; env: Env },
): string | undefined {
  const review = new Review(borders, env);
  review.script(line, { cwd, env, variables: new Map(), worktree: borders.worktree });
  return review.refused;
}

/** What is known of a command where it runs. */
interface Call {
  scope: Scope;
  /** The commands before it in the pipeline. */
  piped: string[][];
  /** The commands whose output its words are. */
  output: string[][];
}

class Review {
  /** The first reason that was found. */
  refused: string | undefined;
  private scripts = 0;
  private commands = 0;
  /** A long line names the same few places again and again. */
  private readonly written = new Set<string>();

  constructor(private readonly borders: Borders, private readonly env: Env) {}

  script(source: string, scope: Scope): void {
    if (++this.scripts > MAX_SCRIPTS) return;
    this.items(readLine(source.slice(0, MAX_LENGTH)), scope);
    this.scripts--;
  }

  private refuse(reason: string | undefined): void {
    this.refused ??= reason;
  }

  private items(items: Item[], scope: Scope): void {
    const around: Scope[] = [];
    let piped: string[][] = [];
    for (const item of items) {
      if (this.refused !== undefined || ++this.commands > MAX_COMMANDS) return;
      if (item === "(") around.push(scope);
      if (item === ")") scope = around.pop() ?? scope;
      if (typeof item === "string") {
        scope = item === "(" ? copyOf(scope) : scope;
        continue;
      }
      if (!item.piped) piped = [];
      piped.push(this.command(item, scope, piped));
    }
  }

  private command({ words, writes }: Command, scope: Scope, piped: string[][]): string[] {
    for (const part of [...words, ...writes].flat()) {
      if ("output" in part) this.items(part.output, copyOf(scope));
      else if ("fallback" in part) this.items(outputsIn(part.fallback), copyOf(scope));
    }
    for (const target of writes) this.write(valueOf(target, scope).text, scope);
    // Assignments before a command apply only to it.
    const count = words.findIndex((word) => !assign(word, scope, copyOf(scope)));
    const own = count > 0 ? copyOf(scope) : scope;
    for (const word of count < 0 ? words : words.slice(0, count)) assign(word, scope, own);
    if (count < 0) return [];
    const rest = words.slice(count);
    const values = rest.map((word) => valueOf(word, own));
    const argv = split(values);
    const [name = "", ...args] = argv;
    const output = values.flatMap(({ output }) => output);
    if (isText(rest[0], "for")) {
      // The word that is most likely to lead away is taken for all of them.
      const text = args.slice(2).find(leadsAway) ?? args[2] ?? UNKNOWN;
      scope.variables.set(args[0] ?? "", known(text, output));
    } else if (/^(export|declare|local|readonly|typeset)$/.test(name)) {
      for (const word of rest) assign(word, own, scope);
    } else if (name === "read") {
      for (const variable of args) scope.variables.set(variable, known(UNKNOWN));
    } else this.run(argv, { scope: own, piped, output });
    changeFolder(argv, scope);
    return argv;
  }

  private write(path: string, scope: Scope, follow = true): void {
    const place = `${follow}\0${scope.cwd}\0${path}`;
    if (this.refused !== undefined || this.written.has(place)) return;
    if (this.written.add(place).size > MAX_PATHS) return;
    const zone = zoneOf(this.borders, path, scope.cwd, follow);
    this.refuse(refusal(this.borders, zone, path, scope.cwd));
  }

  private run(argv: readonly string[], call: Call): void {
    const [program = "", ...args] = [basename(argv[0] ?? ""), ...argv.slice(1)];
    this.refuse(programRefusal(program, args) ?? fetchRefusal(program, args, call));
    const wrapped = unwrap([program, ...args]);
    if (wrapped) return this.wrapped(program, wrapped, call);
    if (program === "git") return this.git(args, call);
    if (program === "find") return this.find(args, call);
    if (program === "eval") return this.script(args.join(" "), call.scope);
    const script = SHELLS.test(program) ? args.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
    if (script >= 0) return this.script(args[script + 1] ?? "", copyOf(call.scope));
    const sources = [...call.piped, ...call.output];
    if (program === "kill" && !args.includes("-0")) {
      if (sources.some(([name = ""]) => /^(pgrep|pidof|ps)$/.test(name))) this.refuse(BY_NAME);
    }
    if (/^(rm|mv|unlink|shred)$/.test(program) && this.listsAll(sources, call.scope)) {
      this.refuse(EVERYTHING);
    }
    if (program === "rm" && args.some((word) => word === `${UNSET}/` || word === `${UNSET}/*`)) {
      this.refuse(IF_EMPTY);
    }
    const targets = targetsOf(program, args);
    for (const { path, follow } of targets) this.write(path, call.scope, follow);
    if (targets.length === 0 && !ONLY_READ.has(program)) this.other(args, call.scope);
  }

  /** A program that may write to where it runs, and to the files that its arguments name. */
  private other(args: readonly string[], scope: Scope): void {
    this.write(".", scope);
    for (const word of subjectsOf(args).slice(0, MAX_ARGUMENTS)) {
      // Files that only the checkout has, such as installed packages, may be used.
      const used = exists(word, scope) && copyIn(this.borders, word, scope.cwd) === undefined;
      if (!used && zoneOf(this.borders, word, scope.cwd) === "checkout") this.write(word, scope);
    }
  }

  private wrapped(name: string, inner: { argv: string[]; own: string[] }, call: Call): void {
    const { argv, own } = inner;
    const scope = copyOf(call.scope);
    const folder = own.findIndex((word) => /^(-C|--chdir)$/.test(word));
    if (name === "env" && folder >= 0) changeFolder(["cd", own[folder + 1] ?? ""], scope);
    for (const word of own) {
      const [variable = "", ...value] = word.split("=");
      scope.variables.set(variable, known(value.join("=")));
    }
    if (name !== "xargs") return this.run(argv, { ...call, scope });
    const fed = listedBy(call.piped[0] ?? []);
    const at = own.findIndex((word) => word.startsWith("-I"));
    const place = own[at]?.slice(2) || own[at + 1] || "{}";
    const words = at < 0 ? [...argv, fed] : argv.map((word) => word.replaceAll(place, fed));
    this.run(words, { ...call, scope });
  }

  private find(args: readonly string[], call: Call): void {
    const end = args.findIndex((word) => /^[-(!]/.test(word));
    const starts = end < 0 ? args : args.slice(0, end);
    const at = args.findIndex((word) => /^-(delete|exec|execdir|ok|okdir)$/.test(word));
    if (at < 0) return;
    const command = args[at] === "-delete" ? ["rm", "{}"] : args.slice(at + 1);
    const stop = command.findIndex((word) => /^([;+]|-o)$/.test(word));
    const words = stop < 0 ? command : command.slice(0, stop);
    for (const folder of starts.length === 0 ? ["."] : starts.slice(0, MAX_ARGUMENTS)) {
      this.run(words.map((word) => word.replaceAll("{}", `${folder}/${UNKNOWN}`)), {
        ...call,
        piped: [["find", ...args]],
      });
    }
  }

  /** Whether one of these commands prints the worktree's `.git` among all the other names. */
  private listsAll(commands: string[][], { cwd }: Scope): boolean {
    if (commands.flat().some((word) => word.includes(".git"))) return false;
    return commands.some(([program = "", ...args]) => {
      const hidden = program === "ls" &&
        args.some((word) => /^-\w*[aA]|^--(almost-)?all$/.test(word));
      const picks = args.some((word, at) =>
        PICKS.test(word) && !/^(-not|!)$/.test(args[at - 1] ?? "")
      );
      if (!hidden && (program !== "find" || picks || args.includes("d"))) return false;
      const folder = args.find((word) => !/^[-(!]/.test(word)) ?? ".";
      return zoneOf(this.borders, folder, cwd, false) === "itself";
    });
  }

  private git(args: readonly string[], { scope, output }: Call): void {
    const command = readGit(args);
    const there = copyOf(scope);
    for (const folder of command.folders) changeFolder(["cd", folder], there);
    const { subcommand } = command;
    const operands = command.args.filter((word) => !word.startsWith("-"));
    if (/^(archive|diff|format-patch|log|show)$/.test(subcommand)) {
      for (const { path } of targetsOf("-", command.args)) this.write(path, there);
    }
    if (onlyReads(command)) return;
    const set = (name: string) => variableOf(scope, name)?.text ?? "";
    // What a person has set for all of their work is not the agent's doing.
    if (HOOK_SKIPPERS.some((name) => set(name) !== (this.env[name] ?? ""))) {
      return this.refuse(HOOKS_MUST_RUN);
    }
    if (command.elsewhere || set("GIT_DIR") || set("GIT_WORK_TREE")) {
      return this.refuse(
        "Do not point git at another repository or work tree: run it in " +
          `${this.borders.worktree}.`,
      );
    }
    if (subcommand === "init") return this.write(operands[0] ?? ".", there);
    if (subcommand === "clone") return operands.slice(1).forEach((path) => this.write(path, there));
    const zone = zoneOf(this.borders, ".", there.cwd);
    const isHere = zone === "worktree" || zone === "unknown" || subcommand === "push";
    // A repository among the temporary files has no other task's branches.
    if (!isHere) return zone === "scratch" ? undefined : this.write(".", there);
    if (/^(clean|mv|rm)$/.test(subcommand) && !command.args.includes("--cached")) {
      for (const path of operands) this.write(path, there, subcommand === "clean");
    }
    const commits = output.some(([program, verb = ""]) =>
      program === "git" && /^(merge-base|rev-parse|rev-list|log|describe|show-ref)$/.test(verb)
    );
    const moves = commits && /^(checkout|switch)$/.test(subcommand) && operands.length === 1;
    this.refuse(gitRefusal(
      moves ? { ...command, args: ["--detach"] } : command,
      this.borders.branch,
      (word) => word.includes(UNKNOWN) || /[*?[]/.test(word) || exists(word, there),
    ));
  }
}

const IF_EMPTY =
  "If that variable is empty, this removes everything from the root on. Write `${name:?}` " +
  "for it.";
const FETCHED =
  "Nobody has read what this script from the network does. Save it below /tmp, read it, and " +
  "run it from there.";
const EVERYTHING =
  "This removes everything here, and with it .git, without which this worktree is lost. " +
  "Add `-not -path './.git*'` to find, or name what is to be removed.";

/** Why what has just come from the network may not be run. */
function fetchRefusal(
  program: string,
  args: readonly string[],
  { output, piped }: Call,
): string | undefined {
  const fetches = ([name]: string[]) => name === "curl" || name === "wget";
  const isShell = SHELLS.test(program);
  if ((isShell || /^(eval|source|\.)$/.test(program)) && output.some(fetches)) return FETCHED;
  const readsScript = args.includes("-s") || args.every((word) => /^-[ex]*$/.test(word));
  const reads = (isShell || INTERPRETERS.test(program)) && readsScript;
  return reads && piped.slice(-1).some(fetches) ? FETCHED : undefined;
}

function outputsIn(fallback: Command["words"][number] | undefined): Item[] {
  return (fallback ?? []).flatMap((part) => "output" in part ? part.output : []);
}

function changeFolder([program = "", ...args]: readonly string[], scope: Scope): void {
  if (program === "command" || program === "builtin") return changeFolder(args, scope);
  if (!/^(cd|pushd|popd)$/.test(program)) return;
  const before = scope.cwd;
  const target = args.find((word) => word === "-" || !word.startsWith("-"));
  const from = program === "popd" || target === "-" ? "OLDPWD" : "HOME";
  const to = from === "HOME" && target !== undefined
    ? target
    : variableOf(scope, from)?.text ?? UNKNOWN;
  scope.variables.set("OLDPWD", known(before ?? UNKNOWN));
  if (isAbsolute(to)) scope.cwd = to;
  else if (before === undefined || /^[\uE000\uE001]/.test(to)) scope.cwd = undefined;
  else scope.cwd = `${before}/${to}`;
}

function exists(path: string, { cwd }: Scope): boolean {
  try {
    Deno.lstatSync(isAbsolute(path) ? path : `${cwd ?? ""}/${path}`);
    return true;
  } catch {
    return false;
  }
}
