import { leadsAway } from "./paths.ts";

/** Programs that change no file, wherever they are called. */
export const ONLY_READ: ReadonlySet<string> = new Set(
  (". : [ [[ alias awk basename bat bc break cal cat cd cksum cmp column comm continue cut date declare " +
    "df diff dirname du echo egrep env exit export expr false fd fdfind fgrep file find fold for getopts " +
    "grep head hexdump hostname id jobs join jq kill less let local ls lsof md5sum more nl nproc od paste " +
    "pgrep popd printenv printf ps pushd pwd read readonly readlink realpath return rg sed seq set " +
    "sha1sum sha256sum shift sleep sort source stat strings tac tail test time tr tree trap true type " +
    "typeset ulimit uname unset uniq uptime wait wc which whoami xargs xxd yq").split(" "),
);

const WRAPPERS =
  /^(builtin|bunx|busybox|chronic|command|env|exec|flock|ionice|nice|nohup|npx|setsid|stdbuf|time|timeout|watch|xargs)$/;
const RUNNERS = /^(bun x|bundle exec|npm exec|npm x|(pnpm|yarn) (exec|dlx)|(poetry|uv) run)$/;
/** Options of wrappers that take the next word as their value. */
const VALUED = /^(-[aCdEILnPpSsuw]|-k|-c|--chdir|--package|--unset|--signal|--kill-after)$/;

/** What a wrapper such as `timeout` or `xargs` runs, and its own words; undefined: it is none. */
export function unwrap(argv: readonly string[]): { argv: string[]; own: string[] } | undefined {
  const [name = "", second = ""] = argv;
  if (/^python[\d.]*$/.test(name) && second === "-m" || RUNNERS.test(`${name} ${second}`)) {
    return { argv: argv.slice(2), own: [] };
  }
  if (!WRAPPERS.test(name) || (name === "command" && /^-[vV]$/.test(second))) return undefined;
  let at = 1;
  for (let word = argv[at]; word !== undefined; word = argv[++at]) {
    if (!/^-|^\d+[smhd]?$/.test(word) && !(name === "env" && word.includes("="))) break;
    if (VALUED.test(word) && !(name === "flock" && word === "-c")) at++;
  }
  const own = argv.slice(1, at);
  if (name === "flock") at++;
  const rest = argv.slice(at);
  if (rest[0] === "-c") return { argv: ["sh", ...rest], own };
  return rest.length === 0 ? undefined : { argv: rest, own };
}

/** A path that a command changes; `follow: false`: the entry itself, not what a link points to. */
export interface Target {
  path: string;
  follow: boolean;
}

/** Which operands of a program it writes to. */
const WRITERS = new Map<string, "all" | "last" | "rest">([
  ...("mkdir mktemp mv rm rmdir shred tee touch truncate unlink".split(" ") as string[])
    .map((name) => [name, "all"] as const),
  ...["chgrp", "chmod", "chown"].map((name) => [name, "rest"] as const),
  ...["cp", "install", "ln", "rsync"].map((name) => [name, "last"] as const),
]);
const EDITORS = /^(g?sed|perl|yq)$/;
const OUTPUT =
  /^(-o|-O|-P|--out|--out-?(put|file|dir)[\w-]*|--dest\w*|--target-dir\w*|--directory|--log-file)$/;

/** The paths that a command changes, by its own rules or by what most options mean. */
export function targetsOf(program: string, args: readonly string[]): Target[] {
  const operands = args.filter((word) => !/^-./.test(word));
  const to = (paths: readonly string[], follow = true) => paths.map((path) => ({ path, follow }));
  const which = WRITERS.get(program);
  if (which === "all") return to(operands, !/^(mv|rm|rmdir|unlink)$/.test(program));
  if (which === "rest") return to(operands.slice(1));
  if (which === "last") return to([valueAfter(args, "-t") ?? operands.at(-1) ?? "."]);
  if (EDITORS.test(program)) return to(edited(args));
  if (program === "tar" || program === "unzip") {
    const folder = valueAfter(args, "-C") ?? valueAfter(args, "-d") ??
      valueAfter(args, "--directory");
    return to(folder === undefined ? [] : [folder]);
  }
  if (ONLY_READ.has(program) && program !== "sort") return [];
  const values = args.flatMap((word, at) => {
    const [, name = "", value] = /^(--?[\w-]+|of|if)(?:=(.*))?$/.exec(word) ?? [];
    return OUTPUT.test(name) || name === "of" ? [value ?? args[at + 1] ?? ""] : [];
  });
  return to(values.filter(leadsAway));
}

/** The files of `sed -i` and its like, without their script. */
function edited(args: readonly string[]): string[] {
  if (!args.some((word) => /^(-[a-zA-Z0]*i|--in-?place)/.test(word))) return [];
  const scripts = args.some((word) => /^-(\w*e|f|-expression|-file)$/.test(word));
  const operands = args.filter((word, at) =>
    word !== "" && !word.startsWith("-") &&
    !/^-(\w*e|f|-expression|-file)$/.test(args[at - 1] ?? "")
  );
  return operands.slice(scripts ? 0 : 1);
}

function valueAfter(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

/** Arguments that name a file to work on, not one to be configured by. */
export function subjectsOf(args: readonly string[]): string[] {
  if (args.some((word) => /^(--check|--check-only|--diff|--dry-run|-l|--list\S*)$/.test(word))) {
    return [];
  }
  const configures = /^--?(c|\w*-?config|ignore-path|env-file|require|import|plugin|rcfile)(=|$)/;
  return args.filter((word, at) => !configures.test(word) && !configures.test(args[at - 1] ?? ""))
    .map((word) => /^--?[\w-]+=(.+)$/.exec(word)?.[1] ?? word)
    // The text of a program is no path.
    .filter((word) => leadsAway(word) && !/[();\n]/.test(word));
}

const PUBLIC = "An agent publishes nothing: people release what it makes, when it has landed. " +
  "Commit your work, and say in your last message what is to be published; `--dry-run` is allowed.";
const MACHINE = "Do not change the machine outside this worktree. Add what the project needs to " +
  "its own dependencies (or a virtual environment here), or say in your last message what is " +
  "missing.";
export const BY_NAME = "Processes of other agents and of the user have the same names. End only " +
  "what you started, by its id: `command & pid=$!`, later `kill $pid`.";
const LANDS = "An agent changes nothing on GitHub: parex opens and merges the pull request when " +
  "the checks have passed. Commit your work, and finish.";

/** Of a command's words up to `--`, joined by blanks; the first that matches counts. */
const REFUSALS: [RegExp, string | undefined][] = [
  [/ (--dry-run|--help|--snapshot|--list)\b/, undefined],
  [
    /^(npm|pnpm|yarn|bun|deno|cargo|poetry|uv|flit|hatch|lerna|changeset|vsce|ovsx|jsr|dart|flutter)( (?!(run|test|exec|add|remove|info|view|config)\b)\S+)* (un)?publish( |$)/,
    PUBLIC,
  ],
  [/^(gem|helm|docker( image| compose)?|podman|dotnet nuget|pod trunk|oras)( -\S+)* push /, PUBLIC],
  [/^docker .*--push\b/, PUBLIC],
  [/^(twine upload|goreleaser release|semantic-release|release-it|np$|standard-version)/, PUBLIC],
  [/^(mvnw?|gradlew?)\b.* (deploy|publish\w*|release:perform)\b/, PUBLIC],
  [/^(netlify|firebase|fly|flyctl|wrangler|serverless|vercel) (deploy|publish)\b/, PUBLIC],
  [/--no-git-tag-version/, undefined],
  [
    /^(npm|pnpm|yarn) version [^-\s]/,
    "This commits and makes a tag, which all worktrees share. Use --no-git-tag-version, or edit " +
    "the version in the file.",
  ],
  [
    /^(husky|lefthook|pre-commit|simple-git-hooks)( init| install|$)/,
    "This changes git's hooks or configuration, which all worktrees share. Commit the files of " +
    "the hooks only, and say in your last message what is to be run once.",
  ],
  [/^(pkill|killall)\b|^kill (-\w+ )?-1$/, BY_NAME],
  [
    /^(sudo|doas) /,
    "An agent works without sudo. If the machine lacks something, say so in your last message.",
  ],
  [/^parex( (validate|status|report|help|hook|completions)|$)/, undefined],
  [/^parex /, "parex runs this task already. Do the work here and commit it."],
  [/^gh api graphql(?!.*\bmutation\b)/, undefined],
  [/^gh api .*(\bmutation\b|(-X|--method)[ =]?(?!GET)[A-Z])/, LANDS],
  [/^gh api (?!.*(-X|--method)[ =]?GET).* (-f|-F|--field|--raw-field|--input)\b/, LANDS],
  [
    /^gh( -R \S+)? (pr|issue|release|repo|workflow|run|secret|label) (create|merge|close|reopen|edit|ready|review|comment|delete|upload|rename|archive|transfer|rerun|cancel|run|set|lock)\b/,
    LANDS,
  ],
  [
    /^(npm|pnpm|yarn|bun|deno) (i|install|add|remove|uninstall|update|link)\b.* (-g|--global)\b/,
    MACHINE,
  ],
  [/^(npm|pnpm|bun) (-g|--global) |^yarn global /, MACHINE],
  [/^(pip[\d.]*|uv pip) install .*--(user|system|break-system-packages)\b/, MACHINE],
  [/^(cargo install(?!.*--root)|pipx install|uv tool install|brew (un)?install)\b/, MACHINE],
  [/^(apt|apt-get|dnf|yum|apk|pacman|snap)( -\S+)* (install|add|remove|upgrade)\b/, MACHINE],
];

/** Why an agent may not run what reaches beyond this worktree; undefined: it may. */
export function programRefusal(program: string, args: readonly string[]): string | undefined {
  const end = args.indexOf("--");
  const line = [program, ...(end < 0 ? args : args.slice(0, end))].join(" ").slice(0, 1_000);
  return REFUSALS.find(([pattern]) => pattern.test(line))?.[1];
}
