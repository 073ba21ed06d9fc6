import { readArguments } from "./options.ts";
import { basename } from "./paths.ts";

/** A program that runs another one: what that is, and where. */
export interface Wrapped {
  argv: string[];
  /** Where it runs, relative to here. */
  folder?: string;
  /** Variables that it runs with. */
  variables: [name: string, value: string][];
  /** It brings arguments of its own: from stdin. */
  fed?: true;
  /** What it writes itself. */
  log?: string;
  /** With another user's rights. */
  elevated?: true;
}

const WRAPPERS: Record<string, readonly string[]> = {
  sudo: ["-u", "-g", "-p", "-C", "-h", "--user", "--group"],
  doas: ["-u"],
  env: ["-u", "--unset", "-C", "--chdir", "-S"],
  nice: ["-n"],
  ionice: ["-c", "-n", "-p"],
  timeout: ["-s", "-k", "--signal", "--kill-after"],
  stdbuf: ["-i", "-o", "-e"],
  xargs: ["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E", "--max-args", "--max-procs"],
  time: ["-f", "-o"],
  nohup: [],
  setsid: [],
  command: [],
  builtin: [],
  exec: ["-a"],
  chronic: [],
  watch: ["-n", "-d"],
  strace: ["-o", "-e", "-p", "-s", "-u", "-E", "-P", "-a", "-O", "-S"],
  ltrace: ["-o", "-e", "-p", "-s", "-u", "-n"],
  flock: ["-w", "--timeout", "-E", "--conflict-exit-code"],
  busybox: [],
  parallel: ["-j", "--jobs", "-a", "--arg-file", "--timeout", "-n", "-N", "-L", "-d"],
};

/** What a wrapper such as `env`, `timeout` or `xargs` runs; undefined: it is none, or runs nothing. */
export function unwrap(argv: readonly string[]): Wrapped | undefined {
  const name = basename(argv[0] ?? "");
  const valued = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (valued === undefined) return undefined;
  let at = 1;
  let folder: string | undefined;
  let log: string | undefined;
  let placeholder: string | undefined;
  const variables: Wrapped["variables"] = [];
  for (; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const assigned = name === "env" ? /^(\w+)=([^]*)$/.exec(word) : null;
    if (assigned) variables.push([assigned[1] ?? "", assigned[2] ?? ""]);
    else if (!word.startsWith("-")) break;
    if (word === "--") {
      at++;
      break;
    }
    if (/^(-C|--chdir)/.test(word) && name === "env") {
      folder = word.includes("=") ? word.split("=")[1] : argv[at + 1];
    }
    if (name === "xargs" && word.startsWith("-I")) placeholder = word.slice(2) || argv[at + 1];
    if (name === "command" && /^-[vV]$/.test(word)) return undefined;
    if (word === "-o" && valued.includes(word) && name !== "stdbuf") log = argv[at + 1];
    if (valued.includes(word)) at++;
  }
  if (name === "timeout" || name === "flock") at++;
  const rest = argv.slice(at);
  if (name === "flock" && /^(-c|--command)$/.test(rest[0] ?? "")) rest.unshift("sh");
  if (rest.length === 0) return undefined;
  if (name === "parallel") return { ...inParallel(rest), variables };
  return {
    argv: placeholder === undefined ? rest : rest.map((word) => word.replaceAll(placeholder, FED)),
    variables,
    ...(folder === undefined ? {} : { folder }),
    ...(log === undefined ? {} : { log }),
    ...(name === "xargs" ? { fed: true } : {}),
    ...(name === "sudo" || name === "doas" ? { elevated: true } : {}),
  };
}

/** `parallel rm ::: a b` is `rm a b` but for the order; what it runs, a shell reads first. */
function inParallel(words: readonly string[]): Pick<Wrapped, "argv" | "fed"> {
  const at = words.findIndex((word) => /^:::/.test(word));
  const command = at < 0 ? words : words.slice(0, at);
  const inputs = at < 0 ? FED : words.slice(at).filter((word) => !/^:::/.test(word)).join(" ");
  const line = command.map((word) => word.replaceAll(PLACE, inputs));
  const placed = line.some((word, at) => word !== command[at]);
  return { argv: ["eval", ...line, ...(placed ? [] : [inputs])], ...(at < 0 ? { fed: true } : {}) };
}

/** Where `fd` and `parallel` put a path, or a part of it. */
const PLACE = /\{[/.]*\}/g;

/** `fd name folder -x rm` as `find folder -exec rm {}`; undefined: it runs nothing. */
export function asFind(args: readonly string[]): string[] | undefined {
  const at = args.findIndex((word) => /^(-x|-X|--exec|--exec-batch)$/.test(word));
  if (at < 0) return undefined;
  const valued = ["-t", "--type", "-e", "--extension", "-d", "--max-depth", "-E", "--exclude"];
  const [, ...folders] = readArguments(args.slice(0, at), valued).operands;
  const command = args.slice(at + 1).map((word) => word.replaceAll(PLACE, "{}"));
  const names = command.some((word) => word.includes("{}"));
  return [...folders, "-exec", ...command, ...(names ? [] : ["{}"])];
}

/** Where an argument from stdin goes. */
export const FED = "\u0006";

const SHELLS = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash"]);

export function isShell(program: string): boolean {
  return SHELLS.has(program);
}

/** The script that `bash -c` gets; undefined: it runs a file, or stdin. */
export function inlineScript(args: readonly string[]): string | undefined {
  const at = args.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at < 0 ? undefined : args.slice(at + 1).find((word) => !word.startsWith("-"));
}

const INTERPRETERS = /^(python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|ruby|perl|php|lua|osascript)$/;

export function isInterpreter(program: string): boolean {
  return INTERPRETERS.test(program);
}

/** The code that an interpreter gets on its command line. */
export function inlineCode(args: readonly string[]): string {
  const at = args.findIndex((word) => /^(-[a-zA-Z]*[ceEr]|--eval|-p|--print|eval)$/.test(word));
  return at < 0 ? "" : args.slice(at + 1).join("\n");
}

const WRITES = new RegExp(
  "write|open\\([^)]*['\"][wax]|append|unlink|remove|rmtree|rmSync|rmdir|mkdir|rename|copy|move|" +
    "file_put|os\\.replace|symlink|chmod|truncate|save|dump|create|os\\.system|subprocess|exec|spawn|system\\(|Command",
);

/** A text in quotes is one: what is quoted within it is none of its own. */
const LITERAL = /("""|''')[^]*?\1|(["'`])((?:\\.|(?!\2)[^\\\n])*)\2/g;
/** A text that takes another one's place in a text; `os.replace` moves a file. */
const REPLACED =
  /(?<!\bos)\.(?:replace|replaceAll|sub)\(\s*r?(["'`])(?:\\.|(?!\1)[^\\\n])*\1\s*,\s*r?(["'`])(?:\\.|(?!\2)[^\\\n])*\2/g;
const AWAY = /^(?:\/|~\/)|(?:^|\/)\.\.(?:\/|$)/;

/** Paths in a program's text that it may write to: all that lead away, if it writes at all. */
export function pathsInCode(code: string): string[] {
  if (!WRITES.test(code)) return [];
  return [...code.replaceAll(REPLACED, "").matchAll(LITERAL)].map((match) => match[3] ?? "")
    .filter((text) => AWAY.test(text) && /[\w.]/.test(text));
}

/** Options of any program that name a file or folder to write to. */
const OUTPUTS = new Set([
  "-o",
  "--out",
  "--output",
  "--output-file",
  "--output-dir",
  "--out-dir",
  "--outDir",
  "--outdir",
  "--outfile",
  "--outFile",
  "--log-file",
  "--target-dir",
  "--dest",
  "--destination",
]);

/** What an unknown program is told to write to. */
export function outputsOf(args: readonly string[]): string[] {
  const { options } = readArguments(args, [...OUTPUTS]);
  return [...OUTPUTS].flatMap((name) => options.get(name) ?? []).filter((path) => path !== "");
}

const LOOKS_ONLY = /^(--check|--check-only|--diff|--dry-run|-l|--list)$/;
const REWRITES = /^(--write|--fix|--in-?place|fmt|format|black|isort|rustfmt|rimraf|del-cli)$/;
const ON_DEMAND = /^(gofmt|goimports|gofumpt|shfmt|clang-format|autopep8|yapf)$/;
const READ_BY_THESE = ["--config", "--ignore-path", "--plugin", "-c"];

/** What a formatter, a fixer or a remover goes through, also behind `npx` or `python -m`. */
export function rewrittenBy(program: string, args: readonly string[]): string[] {
  const words = [program, ...args];
  const demanded = args.some((word) => /^-[iw]$/.test(word));
  const rewrites = words.some((word) =>
    REWRITES.test(word) || (demanded && ON_DEMAND.test(basename(word)))
  );
  if (!rewrites || args.some((word) => LOOKS_ONLY.test(word))) return [];
  return readArguments(args, READ_BY_THESE).operands;
}

const FOLDERS = "-C --prefix --cwd --dir --directory --manifest-path --project --root".split(" ");

/** Where an unknown program is told to work. */
export function foldersOf(program: string, args: readonly string[]): string[] {
  // For these the letter means something else.
  const names = /^(grep|rg|pytest|diff|rustc)$/.test(program)
    ? FOLDERS.slice(1)
    : program === "cmake"
    ? [...FOLDERS, "-B"]
    : FOLDERS;
  const { options } = readArguments(args, names);
  return names.flatMap((name) => options.get(name) ?? []).filter((path) => path !== "");
}

const PUBLISHES =
  /^((npm|pnpm|yarn( npm)?|bun|deno|cargo|poetry|uv|flit|hatch) (un)?publish|(gem|(docker|podman)( image)?) push|twine upload|mvn deploy) /;
const INSTALLS = /^(cargo (un)?install|pipx install|uv tool install|yarn global) /;

/** What a program does to the machine itself or in parex's place; undefined: nothing of that kind. */
export function programRefusal(program: string, args: readonly string[]): string | undefined {
  const module = isInterpreter(program) ? args.indexOf("-m") + 1 : 0;
  if (module > 0) return programRefusal(args[module] ?? "", args.slice(module + 1));
  const valued = program === "gh" ? ["-R", "--repo"] : ["-w", "--workspace", "-C", "--prefix"];
  const operands = readArguments(args, valued).operands.filter((word) => !word.startsWith("+"));
  const [first = "", second = ""] = operands;
  if (program === "gh") {
    const reads = /^(view|list|status|diff|checks|watch|ls)$/.test(second) ||
      /^(search|status|help|version|browse|)$/.test(first) ||
      (first === "api" &&
        !args.some((word) => /^(-[XfF]|--method|--(raw-)?field|--input)/.test(word)));
    return reads ? undefined : LANDS;
  }
  if (program === "parex") {
    return /^(validate|status|report|help|hook|completions|)$/.test(first) ? undefined : NESTED;
  }
  const globally = args.some((word) => word === "-g" || word === "--global" || word === "link") &&
    /^(npm|pnpm|yarn|bun|deno)$/.test(program);
  const words = `${program} ${first} ${second} `;
  if (PUBLISHES.test(words) && !args.includes("--dry-run")) return PUBLIC;
  const pip = /^(pip[\d.]*|uv pip) install /.test(words) &&
    args.some((word) => /^--(user|system|break-system-packages)$/.test(word));
  const installs = INSTALLS.test(words) && !args.some((word) => /^--(list|root)\b/.test(word));
  if (globally || pip || installs) return GLOBAL;
  if (program === "pkill" || program === "killall") return BY_NAME;
  const system =
    /^(apt|apt-get|dnf|yum|apk|pacman|brew|snap|dpkg|systemctl|crontab|reboot|shutdown)$/;
  const lists = program !== "crontab" &&
    /^(list|search|show|info|policy|status|-l|)$/.test(first);
  return system.test(program) && !lists ? GLOBAL : undefined;
}

const LANDS = "An agent changes nothing on GitHub: parex opens and merges the pull request when " +
  "the checks have passed. Commit your work, and end.";
const PUBLIC =
  "An agent publishes nothing: what it makes is released by people, when it has landed. " +
  "Commit your work, and say in your last message what is to be published.";
const NESTED = "parex runs this task already. Do the work here, commit it, and end.";
const BY_NAME =
  "Other agents' processes have the same names: end your own alone, `kill $!` right " +
  "after it was started, or by its id.";
const GLOBAL =
  "Do not change the machine outside this worktree. Install what the project needs as " +
  "the project's own dependency, or say in your last message what is missing.";
