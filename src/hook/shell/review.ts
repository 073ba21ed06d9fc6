import type { Env } from "../../exec/env.ts";
import { type Borders, refusal, zoneOf } from "./zones.ts";
import { gitRefusal, HOOK_SKIPPERS, HOOKS, onlyReads, readGit } from "./git_command.ts";
import { readArguments, values } from "./options.ts";
import { basename, isAbsolute, leadsAway, PATTERN, UNKNOWN } from "./paths.ts";
import * as programs from "./wrappers.ts";
import { type Call, callsIn } from "./calls.ts";
import { type Token, tokenize } from "./tokens.ts";
import { type Scope, valuesOf } from "./words.ts";
import { ONLY_READ, targetsOf } from "./write_targets.ts";

const MAX_DEPTH = 8;
/** What the system takes as one argument, and so `bash -c`: a hook that takes too long guards nothing. */
const MAX_LENGTH = 131_072;
/** Without one of these, what `find` finds is everything. */
const PICKS = /^-(i?(name|lname|path|wholename|regex)|empty)$/;
const WRITING = new Set([">", ">>", ">|", "&>", "&>>", "<>", ">&"]);

/**
 * Why an agent may not run this command line, and what to do instead; undefined if it may. It looks
 * at what the line says, not at what the programs in it do: it keeps from mistakes, not from malice.
 */
export function reviewCommandLine(
  line: string,
  { borders, cwd, env }: { borders: Borders; cwd: string; env: Env },
): string | undefined {
  if (line.length > MAX_LENGTH) {
    return "This command line is too long. Write its text to a file with the Write tool first.";
  }
  const variables = new Map(Object.entries(env).map(([name, value]) => [name, [value]]));
  const review = new Review(borders, env);
  review.script(line, { cwd, variables });
  return review.refused;
}

class Review {
  /** The first reason that was found. */
  refused: string | undefined;
  private depth = 0;
  /** A long line names the same few places again and again. */
  private readonly written = new Set<string>();

  constructor(private readonly borders: Borders, private readonly env: Env) {}

  script(source: string, scope: Scope): void {
    const tokens = tokenize(source);
    if (tokens === undefined || ++this.depth > MAX_DEPTH) {
      this.refuse(
        "This command line cannot be read: a quote or a bracket is not closed, or it is " +
          "nested too deep. Split it into simple commands, or write a script into the worktree.",
      );
      return;
    }
    this.tokens(tokens, scope);
    this.depth--;
  }

  private refuse(reason: string | undefined): void {
    this.refused ??= reason;
  }

  private tokens(tokens: readonly Token[], scope: Scope): void {
    for (const call of callsIn(tokens, scope)) {
      if (this.refused !== undefined) return;
      for (const { tokens, scope } of call.substitutions) this.tokens(tokens, copyOf(scope));
      for (const { operator, target } of call.redirects) {
        if (!WRITING.has(operator)) continue;
        for (const path of valuesOf(target, call.scope)) {
          if (operator !== ">&" || !/^(\d+-?|-)$/.test(path)) this.write(path, call.scope);
        }
      }
      if (call.argv.length > 0) this.run(call.argv, call);
    }
  }

  private write(path: string, scope: Scope, follow = true): void {
    const place = `${follow}\0${scope.cwd}\0${path}`;
    if (this.written.has(place)) return;
    this.written.add(place);
    this.refuse(refusal(this.borders, zoneOf(this.borders, path, scope.cwd, follow), path));
  }

  private run(argv: readonly string[], call: Call): void {
    const wrapped = programs.unwrap(argv);
    if (wrapped) return this.wrapped(wrapped, call);
    const { scope } = call;
    const [program = "", ...args] = [basename(argv[0] ?? ""), ...argv.slice(1)];
    if (program === "git") return this.git(args, scope);
    if (program === "find") return this.find(args, call);
    if (program === "fd" || program === "fdfind") {
      return this.find(programs.asFind(args) ?? [], call);
    }
    if (program === "eval") return this.script(args.join(" "), scope);
    if (programs.isShell(program)) return this.shell(args, call);
    this.refuse(programs.programRefusal(program, args));
    const targets = targetsOf(program, args, scope.cwd);
    for (const { path, follow } of targets ?? []) this.write(path, scope, follow);
    if (ONLY_READ.has(program)) return;
    if (targets !== undefined && !programs.isInterpreter(program)) return;
    this.unknown(program, args, call);
  }

  /** A program that may write where it is told to work. */
  private unknown(program: string, args: readonly string[], call: Call): void {
    const { scope } = call;
    this.write(".", scope);
    for (const path of programs.foldersOf(program, args)) this.write(path, scope);
    for (const path of programs.outputsOf(args)) this.write(path, scope);
    const changed = program.includes(UNKNOWN) ? args : programs.rewrittenBy(program, args);
    for (const path of changed.filter(leadsAway)) this.write(path, scope);
    if (!programs.isInterpreter(program)) return;
    const home = scope.variables.get("HOME")?.[0] ?? UNKNOWN;
    for (const literal of programs.pathsInCode(`${programs.inlineCode(args)}\n${call.input}`)) {
      const path = literal.replace(/^~(?=\/)/, home);
      // `/users` is most likely a route.
      if (!isAbsolute(path) || exists(`/${path.split("/")[1]}`, scope)) this.write(path, scope);
    }
  }

  private wrapped(wrapped: programs.Wrapped, call: Call): void {
    const scope = copyOf(call.scope);
    if (wrapped.log !== undefined) this.write(wrapped.log, scope);
    if (wrapped.folder !== undefined) scope.cwd = folderOf(wrapped.folder, scope.cwd);
    for (const [name, value] of wrapped.variables) scope.variables.set(name, [value]);
    const fed = this.fedPath(call);
    const argv = wrapped.argv.map((word) => word.replaceAll(programs.FED, fed));
    const program = basename(argv[0] ?? "");
    if (
      wrapped.elevated && !ONLY_READ.has(program) && !targetsOf(program, argv.slice(1), scope.cwd)
    ) {
      this.refuse(
        "An agent works with no more than its own rights: do not use sudo. If the " +
          "machine lacks something, say so in your last message.",
      );
    }
    const brought = wrapped.fed && !argv.includes(fed) ? [fed] : [];
    this.run([...argv, ...brought], { ...call, scope });
  }

  /** What xargs reads are names below here, unless what it reads from looks elsewhere. */
  private fedPath({ piped, redirects, scope }: Call): string {
    const read = redirects.filter(({ operator }) => operator === "<")
      .flatMap(({ target }) => valuesOf(target, scope));
    const elsewhere = [...piped.flat(), ...read].some((word) =>
      leadsAway(word) && zoneOf(this.borders, word, scope.cwd) !== "worktree" && exists(word, scope)
    );
    return elsewhere ? UNKNOWN : `./${PATTERN}`;
  }

  private shell(args: readonly string[], call: Call): void {
    const script = programs.inlineScript(args);
    if (script !== undefined) return this.script(script, copyOf(call.scope));
    const { operands } = readArguments(args, ["-o", "-O"]);
    const fromStdin = operands.length === 0 || args.includes("-s");
    if (!fromStdin) return this.unknown("sh", args, call);
    if (call.input !== "") return this.script(call.input, copyOf(call.scope));
    const [from, ...words] = call.piped.at(-1) ?? [];
    if (from === "echo" || from === "printf") return this.script(words.join(" "), call.scope);
    if (from === undefined) return;
    this.refuse(
      "It cannot be told what a script from a pipe does. Save it in the worktree, read " +
        "it, and run it from there.",
    );
  }

  private find(args: readonly string[], call: Call): void {
    const end = args.findIndex((word) => /^[-(!]/.test(word));
    const starts = end < 0 ? args : args.slice(0, end);
    const folders = starts.length === 0 ? ["."] : starts;
    let commandEnd = 0;
    for (const [at, word] of args.entries()) {
      if (word === "-delete") {
        const name = args.some((each) => PICKS.test(each)) ? PATTERN : ".git";
        folders.forEach((path) => this.write(`${path}/${name}`, call.scope, false));
      }
      if (/^-fprint/.test(word)) this.write(args[at + 1] ?? "", call.scope);
      // Within a command it is an argument of that command.
      if (at < commandEnd || !/^-(exec|execdir|ok|okdir)$/.test(word)) continue;
      const rest = args.slice(at + 1);
      const stop = rest.findIndex((each) => each === ";" || each === "+");
      const command = rest.slice(0, stop < 0 ? undefined : stop);
      commandEnd = at + 1 + command.length;
      for (const folder of folders) {
        const found = `${folder}/${PATTERN}`;
        this.run(command.map((each) => each.replaceAll("{}", found)), call);
      }
    }
  }

  private git(args: readonly string[], scope: Scope): void {
    const command = readGit(args);
    const cwd = command.folders.reduce<string | undefined>(
      (from, to) => folderOf(to, from),
      scope.cwd,
    );
    const there = { ...scope, cwd };
    const output = command.subcommand === "archive" ? ["-o", "--output"] : ["--output"];
    const read = readArguments(command.args, output);
    for (const path of values(read, ...output)) this.write(path, there);
    if (onlyReads(command)) return;
    // What a person has set for all of their work is no agent's doing.
    if (
      HOOK_SKIPPERS.some((name) =>
        (scope.variables.get(name)?.[0] ?? "") !== (this.env[name] ?? "")
      )
    ) {
      return this.refuse(HOOKS);
    }
    const elsewhere = command.elsewhere || scope.variables.has("GIT_DIR") ||
      scope.variables.has("GIT_WORK_TREE");
    if (elsewhere) {
      return this.refuse(
        "Do not point git at another repository or work tree: work in " +
          `${this.borders.worktree}.`,
      );
    }
    const zone = zoneOf(this.borders, ".", cwd);
    if (zone !== "worktree" && zone !== "scratch") {
      return this.refuse(refusal(this.borders, zone, cwd ?? UNKNOWN));
    }
    if (command.subcommand === "clone" || command.subcommand === "init") {
      const { operands } = readArguments(command.args, ["-b", "--branch", "--depth", "-o"]);
      return this.write(operands[command.subcommand === "clone" ? 1 : 0] ?? ".", there);
    }
    if (command.subcommand === "rm" || command.subcommand === "mv") {
      // Of what lies outside git itself keeps away.
      const plan = read.operands.find((path) => zoneOf(this.borders, path, cwd, false) === "plan");
      if (plan !== undefined) return this.refuse(refusal(this.borders, "plan", plan));
    }
    // A repository among the temporary files has no other task's branches.
    if (zone === "scratch" && command.subcommand !== "push") return;
    this.refuse(gitRefusal(command, this.borders, (word) => exists(word, there)));
  }
}

function copyOf(scope: Scope): Scope {
  return { ...scope, variables: new Map(scope.variables) };
}

function folderOf(path: string, from: string | undefined): string | undefined {
  if (path.startsWith(UNKNOWN)) return undefined;
  if (isAbsolute(path)) return path;
  return from === undefined ? undefined : `${from}/${path}`;
}

/** A pattern is taken for something that exists. */
function exists(path: string, { cwd }: Scope): boolean {
  if (path.includes(PATTERN) || path.includes(UNKNOWN)) return true;
  try {
    Deno.lstatSync(isAbsolute(path) ? path : `${cwd ?? ""}/${path}`);
    return true;
  } catch {
    return false;
  }
}
