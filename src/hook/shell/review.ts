import type { Env } from "../../exec/env.ts";
import { gitRefusal, HOOK_SKIPPERS, HOOKS_MUST_RUN, onlyReads, readGit } from "./git.ts";
import { has, readArguments, values } from "./options.ts";
import {
  type Command,
  isText,
  parse,
  type SequentialList,
  type SimpleCommand,
  type Word,
} from "./parser.ts";
import { basename, isAbsolute, leadsAway, resolve, UNKNOWN, UNSET } from "./paths.ts";
import * as programs from "./programs.ts";
import {
  argvOf,
  assignmentIn,
  copyOf,
  known,
  listed,
  type Scope,
  substitutionsIn,
  valueOf,
  variableOf,
} from "./words.ts";
import { type Borders, copyOf as copyIn, refusal, zoneOf } from "./zones.ts";

/** What the system takes as one argument, and so `bash -c`. */
const MAX_LENGTH = 131_072;
const MAX_SCRIPTS = 8;
const MAX_COMMANDS = 10_000;
/** Of the commands before one in a pipeline: the first, and the last of the others. */
const MAX_PIPED = 16;
/** Each path costs some questions to the file system. */
const MAX_PATHS = 2_000;
const MAX_ARGUMENTS = 200;
const MAX_VALUE = 4_096;
const WRITING = new Set([">", ">>", ">|", "&>", "&>>", "<>", ">&"]);
const SHELLS = /^(sh|bash|zsh|dash|ksh|ash)$/;
const INTERPRETERS = /^(python[\d.]*|pypy|node|deno|bun|ruby|perl|php)$/;
const DECLARING = new Set(["export", "declare", "local", "readonly", "typeset"]);
/** Without one of these, or with `-not` before it, what `find` finds is everything. */
const PICKS = /^-(i?(name|lname|path|wholename|regex)|empty|newer\w*|[acm](min|time))$/;
const ACTION = /^-(delete|exec|execdir|ok|okdir)$/;
/** Of one `find`. */
const MAX_ACTIONS = 10;
const REMOVES = new Set(["rm", "mv", "unlink", "shred"]);

/**
 * Why an agent may not run this command line, and what to do instead; undefined if it may. It looks
 * for the mistakes that agents make. What the line does not show is allowed: the sandbox prevents
 * what programs do, and parex sees it afterwards.
 */
export function reviewCommandLine(
  line: string,
  { borders, cwd, env }: { borders: Borders; cwd: string; env: Env },
): string | undefined {
  if (line.length > MAX_LENGTH) return atSight(line);
  const review = new Review(borders, env);
  review.script(line, { cwd, env, variables: new Map(), worktree: borders.worktree });
  return review.refused;
}

const AT_SIGHT =
  /\bgit\s+(?:push|stash|worktree|checkout\s+-b|switch)\b|--no-verify\b|\bp?killall\b|\bpkill\b|\b(?:npm|cargo)\s+publish\b|\brm\s+-rf?\s+(?:\.\.|\/(?!tmp)|~)/;

/** For text that is too long or too deep to be read: what nobody writes by chance. */
function atSight(text: string): string | undefined {
  const found = AT_SIGHT.exec(text)?.[0];
  return found === undefined
    ? undefined
    : `This command line is too long to be read, and has \`${found}\` in it, which an agent may not do. ` +
      "Write long text with the Write tool, and run commands one by one.";
}

/** A command, as it runs. */
interface Call {
  scope: Scope;
  /** The commands before it in the pipeline. */
  piped: string[][];
  /** The commands whose output its words are. */
  output: string[][];
  /** The text that it reads. */
  input: string;
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
    const { list, complete } = parse(source);
    this.list(list, scope);
    if (!complete || this.commands > MAX_COMMANDS) this.refuse(atSight(source));
    this.scripts--;
  }

  private refuse(reason: string | undefined): void {
    this.refused ??= reason;
  }

  private list(list: SequentialList, scope: Scope): void {
    for (const pipeline of list) {
      const piped: string[][] = [];
      for (const command of pipeline) {
        if (this.refused !== undefined || ++this.commands > MAX_COMMANDS) return;
        // Each part of a pipeline has its own shell.
        const own = pipeline.length > 1 && !readsVariables(command) ? copyOf(scope) : scope;
        if (command.kind === "subshell") this.list(command.list, copyOf(scope));
        else piped.push(this.simple(command, own, piped));
        if (piped.length > MAX_PIPED) piped.splice(1, 1);
      }
    }
  }

  private simple({ words, redirects }: SimpleCommand, scope: Scope, piped: string[][]): string[] {
    const targets = redirects.map(({ target }) => target);
    for (const list of substitutionsIn([...words, ...targets])) this.list(list, copyOf(scope));
    for (const { operator, target } of redirects) {
      const { text } = valueOf(target, scope);
      const duplicates = operator === ">&" && /^(\d+-?|-)$/.test(text);
      if (WRITING.has(operator) && !duplicates) this.write(text, scope);
    }
    const count = words.findIndex((word) => assignmentIn(word) === undefined);
    const assigned = count < 0 ? words : words.slice(0, count);
    // Assignments before a command apply only to it.
    const own = count <= 0 ? scope : copyOf(scope);
    for (const word of assigned) assign(word, scope, own);
    if (count < 0) return [];
    const rest = words.slice(count);
    const argv = argvOf(rest, own);
    const input = redirects.filter(({ operator }) => operator.startsWith("<<"))
      .map(({ target }) => valueOf(target, own).text).join("\n");
    const output = rest.flatMap((word) => valueOf(word, own).output);
    if (isText(rest[0], "for") || isText(rest[0], "select")) loop(argv, output, scope);
    else if (DECLARING.has(argv[0] ?? "")) rest.forEach((word) => assign(word, own, scope));
    else if (argv[0] === "read") {
      argv.slice(1).forEach((name) => scope.variables.set(name, unknown));
    } else this.run(argv, { scope: own, piped, output, input });
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
    this.refuse(programs.programRefusal(program, args) ?? fetchRefusal(program, args, call));
    const wrapped = programs.unwrap(argv);
    if (wrapped) return this.wrapped(program, wrapped, call);
    if (program === "eval") return this.script(args.join(" "), call.scope);
    if (program === "git") return this.git(args, call);
    if (program === "find") return this.find(args, call);
    if (SHELLS.test(program)) this.shell(args, call);
    const sources = [...call.piped, ...call.output];
    if (program === "kill" && !args.includes("-0")) {
      if (sources.some(([name = ""]) => NAMES_PROCESSES.test(name))) this.refuse(programs.BY_NAME);
    }
    if (REMOVES.has(program) && this.listGit(sources, call.scope)) this.refuse(EVERYTHING);
    if (program === "rm" && args.some((word) => word === `${UNSET}/` || word === `${UNSET}/*`)) {
      this.refuse(IF_EMPTY);
    }
    const targets = programs.targetsOf(program, args);
    for (const { path, follow } of targets ?? []) this.write(path, call.scope, follow);
    if (targets === undefined && !programs.ONLY_READ.has(program)) this.other(program, args, call);
  }

  private shell(args: readonly string[], { scope, input, piped }: Call): void {
    const at = args.findIndex((word) => /^-[a-z]*c$/.test(word));
    const [from = "", ...words] = piped.at(-1) ?? [];
    const typed = /^(echo|printf)$/.test(from) ? words.join(" ") : "";
    if (at >= 0) this.script(args[at + 1] ?? "", copyOf(scope));
    else if (readsScript(args)) this.script(input || typed, copyOf(scope));
  }

  /** A program that may write to the folder that its arguments name. */
  private other(program: string, args: readonly string[], { scope, input }: Call): void {
    this.write(".", scope);
    for (const path of programs.outputsOf(args)) if (leadsAway(path)) this.write(path, scope);
    if (INTERPRETERS.test(program)) {
      for (const path of programs.pathsWrittenBy(`${args.join("\n")}\n${input}`)) {
        this.write(path.replace(/^~(?=\/)/, this.env.HOME ?? "~"), scope);
      }
    }
    for (const word of programs.subjectsOf(args).filter(leadsAway).slice(0, MAX_ARGUMENTS)) {
      // Files that only the checkout has, such as installed packages, may be used.
      const used = exists(word, scope) && copyIn(this.borders, word, scope.cwd) === undefined;
      if (!used && zoneOf(this.borders, word, scope.cwd) === "checkout") this.write(word, scope);
    }
  }

  private wrapped(
    name: string,
    { argv, own }: NonNullable<ReturnType<typeof programs.unwrap>>,
    call: Call,
  ): void {
    const scope = copyOf(call.scope);
    const [folder] = values(own, "-C", "--chdir");
    if (name === "env" && folder !== undefined) changeFolder(["cd", folder], scope);
    for (const word of own.operands) {
      const [variable = "", ...value] = word.split("=");
      scope.variables.set(variable, known(value.join("=")));
    }
    if (name !== "xargs") {
      return this.run(argv[0] === "-c" ? ["sh", ...argv] : argv, { ...call, scope });
    }
    const fed = listed(call.piped[0] ?? []);
    const [place] = values(own, "-I");
    const words = place === undefined
      ? [...argv, fed]
      : argv.map((word) => word.replaceAll(place, fed));
    this.run(words, { ...call, scope });
  }

  private find(args: readonly string[], call: Call): void {
    const end = args.findIndex((word) => /^[-(!]/.test(word));
    const starts = end < 0 ? args : args.slice(0, end);
    const folders = starts.length === 0 ? ["."] : starts;
    let actions = 0;
    for (const [at, word] of args.entries()) {
      if (!ACTION.test(word) || ++actions > MAX_ACTIONS) continue;
      const command = args.slice(at + 1);
      const stop = command.findIndex((each) => each === ";" || each === "+" || each === "-o");
      const words = word === "-delete"
        ? ["rm", "{}"]
        : command.slice(0, stop < 0 ? undefined : stop);
      for (const folder of folders) {
        this.run(words.map((each) => each.replaceAll("{}", `${folder}/${UNKNOWN}`)), {
          ...call,
          piped: [["find", ...args]],
        });
      }
    }
  }

  /** Whether one of these commands prints the worktree's `.git` among all the other names. */
  private listGit(commands: string[][], { cwd }: Scope): boolean {
    if (commands.flat().some((word) => word.includes(".git"))) return false;
    return commands.some(([program = "", ...args]) => {
      const hidden = program === "ls" &&
        args.some((word) => /^-\w*[aA]|^--(almost-)?all$/.test(word));
      const picks = args.some((word, at) =>
        PICKS.test(word) && !/^(-not|!)$/.test(args[at - 1] ?? "")
      );
      if (!hidden && (program !== "find" || picks || args.includes("d"))) return false;
      const folder = args.find((word) => !word.startsWith("-") && !/^[(!]/.test(word)) ?? ".";
      return resolve(cwd ?? "/", folder) === this.borders.worktree;
    });
  }

  private git(args: readonly string[], { scope, output }: Call): void {
    const command = readGit(args);
    const there = copyOf(scope);
    for (const folder of command.folders) changeFolder(["cd", folder], there);
    const read = readArguments(command.args, ["-o", "--output"]);
    if (/^(archive|diff|format-patch|log|show)$/.test(command.subcommand)) {
      for (const path of values(read, "-o", "--output")) this.write(path, there);
    }
    if (command.subcommand === "push") {
      return this.refuse(gitRefusal(command, this.borders.branch, () => false));
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
    if (/^(clone|init)$/.test(command.subcommand)) {
      const { operands } = readArguments(command.args, ["-b", "--branch", "--depth", "-o"]);
      return this.write(operands[command.subcommand === "clone" ? 1 : 0] ?? ".", there);
    }
    const zone = zoneOf(this.borders, ".", there.cwd);
    // A repository among the temporary files has no other task's branches.
    if (zone === "scratch" || zone === "unknown") return;
    if (zone !== "worktree") return this.write(".", there);
    if (/^(rm|mv)$/.test(command.subcommand) && !has(read, "--cached")) {
      read.operands.forEach((path) => this.write(path, there, false));
    }
    const commits = output.some(([program, verb = ""]) =>
      program === "git" && /^(merge-base|rev-parse|rev-list|log|describe|show-ref)$/.test(verb)
    );
    const moves = commits && /^(checkout|switch)$/.test(command.subcommand) &&
      read.operands.length === 1;
    this.refuse(gitRefusal(
      moves ? { ...command, args: ["--detach"] } : command,
      this.borders.branch,
      (word) => word.includes(UNKNOWN) || /[*?[]/.test(word) || exists(word, there),
    ));
  }
}

const NAMES_PROCESSES = /^(pgrep|pidof|ps)$/;
const IF_EMPTY =
  "If that variable is empty, this removes everything from the root on. Write `${name:?}` " +
  "for it.";
const FETCHED =
  "Nobody has read what this script from the network does. Save it below /tmp, read it, and " +
  "run it from there.";
const EVERYTHING =
  "This removes everything here, and with it .git, without which this worktree is lost. " +
  "Add `-not -path './.git*'` to find, or name what is to be removed.";
const unknown = known(UNKNOWN);

/** Why what has just come from the network may not be run. */
function fetchRefusal(
  program: string,
  args: readonly string[],
  { output, piped }: Call,
): string | undefined {
  const fetches = ([name]: string[]) => name === "curl" || name === "wget";
  const shell = SHELLS.test(program);
  const runs = shell || /^(eval|source|\.)$/.test(program) ? output.some(fetches) : false;
  const reads = (shell || INTERPRETERS.test(program)) && readsScript(args);
  return runs || (reads && piped.slice(-1).some(fetches)) ? FETCHED : undefined;
}

/** Whether a shell or an interpreter with these arguments reads its program from stdin. */
function readsScript(args: readonly string[]): boolean {
  return args.includes("-s") || args.every((word) => /^-[ex]*$/.test(word));
}

function assign(word: Word, read: Scope, set: Scope): void {
  const found = assignmentIn(word);
  if (found === undefined) return;
  const value = valueOf(found.value, read);
  set.variables.set(found.name, value.text.length > MAX_VALUE ? unknown : value);
}

/** `for name in words`: the word that is most likely to lead away is taken for all of them. */
function loop(argv: readonly string[], output: string[][], scope: Scope): void {
  const [, name = "", , ...items] = argv;
  const text = items.find(leadsAway) ?? items[0] ?? UNKNOWN;
  scope.variables.set(name, { text, output, splits: false });
}

/** `while read name` sets its variables for what follows. */
function readsVariables(command: Command): boolean {
  return command.kind === "simple" && command.words.some((word) => isText(word, "read"));
}

function changeFolder([program, ...args]: readonly string[], scope: Scope): void {
  if (program === "command" || program === "builtin") return changeFolder(args, scope);
  if (program !== "cd" && program !== "pushd" && program !== "popd") return;
  const before = scope.cwd;
  const target = args.find((word) => word === "-" || !word.startsWith("-"));
  const back = program === "popd" || target === "-";
  const to = back
    ? variableOf(scope, "OLDPWD")?.text ?? UNKNOWN
    : target ?? variableOf(scope, "HOME")?.text ?? UNKNOWN;
  if (isAbsolute(to)) scope.cwd = to;
  else {scope.cwd = /^[\uE000\uE001]/.test(to) || before === undefined
      ? undefined
      : `${before}/${to}`;}
  scope.variables.set("OLDPWD", before === undefined ? unknown : known(before));
}

function exists(path: string, { cwd }: Scope): boolean {
  try {
    Deno.lstatSync(isAbsolute(path) ? path : `${cwd ?? ""}/${path}`);
    return true;
  } catch {
    return false;
  }
}
