import { type Arguments, has, readArguments, values } from "./options.ts";
import { basename, dirname, isAbsolute } from "./paths.ts";

/** Programs that change no file, wherever they are called. */
export const ONLY_READ: ReadonlySet<string> = new Set(
  (". : [ [[ alias awk basename bat bc break cal cat cd cksum cmp column comm continue cut date declare " +
    "df diff dirname du echo egrep env exit export expr false fd fdfind fgrep file find fold for getopts " +
    "grep head hexdump hostname id jobs join jq kill less let local ls lsof md5sum more nl nproc od paste " +
    "pgrep popd printenv printf ps pushd pwd read readonly readlink realpath return rg sed seq set " +
    "sha1sum sha256sum shift sleep sort source stat strings tac tail test time tr tree trap true type " +
    "typeset ulimit uname unset uniq uptime wait wc which whoami xargs xxd yq").split(" "),
);

/** Programs that run the command after their own options, which are these if they take a value. */
const WRAPPERS = new Map<string, string>(Object.entries({
  builtin: "",
  bunx: "",
  busybox: "",
  chronic: "",
  command: "",
  env: "-u --unset -C --chdir -S",
  exec: "-a",
  flock: "-w --timeout -E",
  ionice: "-c -n",
  nice: "-n",
  nohup: "",
  npx: "-p --package",
  setsid: "",
  stdbuf: "-i -o -e",
  time: "-f -o",
  timeout: "-s -k --signal --kill-after",
  watch: "-n --interval",
  xargs: "-a -d -E -I -L -n -P -s --max-args --max-procs",
}));

/** `pnpm exec prettier` runs prettier. */
const RUNNERS = new Map<string, readonly string[]>(Object.entries({
  bun: ["x"],
  bundle: ["exec"],
  npm: ["exec", "x"],
  pnpm: ["exec", "dlx"],
  poetry: ["run"],
  uv: ["run"],
  yarn: ["exec", "dlx"],
}));

/** What a wrapper such as `timeout` or `xargs` runs; undefined: it is none, or runs nothing. */
export function unwrap(argv: readonly string[]): { argv: string[]; own: Arguments } | undefined {
  const [first = "", second = ""] = argv;
  const name = basename(first);
  if (/^(python|pypy)[\d.]*$/.test(name) && second === "-m") {
    return { argv: argv.slice(2), own: readArguments([]) };
  }
  if (RUNNERS.get(name)?.includes(second)) {
    return { argv: argv.slice(2), own: readArguments([]) };
  }
  const valued = WRAPPERS.get(name)?.split(" ");
  if (valued === undefined) return undefined;
  let at = 1;
  for (let word = argv[at]; word !== undefined; word = argv[++at]) {
    const assigned = name === "env" && /^\w+=/.test(word);
    if (!word.startsWith("-") && !assigned) break;
    if (name === "command" && /^-[vV]$/.test(word)) return undefined;
    if (valued.includes(word)) at++;
  }
  const own = readArguments(argv.slice(1, at), valued);
  if (name === "timeout" || name === "flock") at++;
  const rest = argv.slice(at);
  return rest.length === 0 ? undefined : { argv: rest, own };
}

/** A path that a command changes; `follow: false`: the entry itself, not what a link points to. */
export interface Target {
  path: string;
  follow?: false;
}

type Reader = (args: readonly string[]) => Target[];

/** The paths that a well-known program changes; undefined for a program that is not known to. */
export function targetsOf(program: string, args: readonly string[]): Target[] | undefined {
  return WRITERS.get(program)?.(args);
}

const following = (paths: readonly string[]): Target[] => paths.map((path) => ({ path }));
const entries = (paths: readonly string[]): Target[] =>
  paths.map((path) => ({ path, follow: false }));
const removed: Reader = (args) => entries(readArguments(args).operands);
const operands = (...valued: string[]): Reader => (args) =>
  following(readArguments(args, valued).operands);
const allButFirst: Reader = (args) => following(readArguments(args).operands.slice(1));
const named = (...names: string[]): Reader => (args) =>
  following(values(readArguments(args, names), ...names).filter((path) => path !== "-"));

function copied(args: readonly string[]): { sources: string[]; to: string } {
  const options = ["-t", "--target-directory", "-S", "-m", "-o", "-g"];
  const read = readArguments(args, options);
  const [folder] = values(read, "-t", "--target-directory");
  if (folder !== undefined) return { sources: read.operands, to: folder };
  return { sources: read.operands.slice(0, -1), to: read.operands.at(-1) ?? "." };
}

const linked: Reader = (args) => {
  const { sources, to } = copied(args);
  // Whatever is written through the link later changes what it points to.
  const from = /^-\w*s|^--symbolic/.test(args.join(" ")) ? `${dirname(to)}/` : "";
  return [
    ...(basename(to) === "." ? following([to]) : entries([to])),
    ...following(sources.map((path) => isAbsolute(path) ? path : from + path)),
  ];
};

/** `sed -i`, `perl -pi -e`, `yq -i`. */
const edited: Reader = (args) => {
  if (!args.some((word) => /^(-[a-zA-Z0]*i|--in-?place)/.test(word))) return [];
  const options = ["-e", "-f", "-E", "--expression", "--file"];
  const read = readArguments(args.filter((word) => word !== ""), options);
  return following(read.operands.slice(has(read, "-e", "-f", "--expression", "--file") ? 0 : 1));
};

const extracted: Reader = (args) => {
  // `tar xzf x` is `tar -xzf x`.
  const words = /^[a-zA-Z]+$/.test(args[0] ?? "") ? [`-${args[0]}`, ...args.slice(1)] : args;
  const read = readArguments(words, ["-C", "--directory", "-f", "--file"]);
  if (has(read, "-t", "--list")) return [];
  const makes = has(read, "-c", "--create", "-r", "-u");
  const named = makes ? values(read, "-f", "--file") : values(read, "-C", "--directory");
  return following(named.filter((path) => path !== "-"));
};

const WRITERS = new Map<string, Reader>(Object.entries({
  chgrp: allButFirst,
  chmod: allButFirst,
  chown: allButFirst,
  cp: (args) => following([copied(args).to]),
  curl: named("-o", "--output", "--output-dir"),
  dd: (args) =>
    following(args.filter((word) => word.startsWith("of=")).map((word) => word.slice(3))),
  gsed: edited,
  install: (args) => following([copied(args).to]),
  ln: linked,
  mkdir: operands("-m", "--mode"),
  mv: (args) => {
    const { sources, to } = copied(args);
    return [...entries(sources), ...following([to])];
  },
  perl: edited,
  rm: removed,
  rmdir: removed,
  rsync: (args) =>
    following(readArguments(args, ["-e", "--exclude", "--include"]).operands.slice(-1)),
  sed: edited,
  sort: named("-o", "--output"),
  tar: extracted,
  tee: operands(),
  touch: operands("-d", "-t", "-r", "--date", "--reference"),
  truncate: operands("-s", "--size", "-r", "--reference"),
  unlink: removed,
  unzip: named("-d"),
  wget: named("-O", "-P", "--output-document", "--directory-prefix"),
  yq: edited,
}));

const WRITTEN = [
  /\bopen\(\s*[rf]?(["'])([^"'\n]+)\1\s*,\s*(?:mode\s*=\s*)?["'][rb]*[wax+]/g,
  /\b(?:writeFile|appendFile|unlink|rm|rmdir|mkdir|writeTextFile|remove|removedirs|makedirs|rmtree|createWriteStream|file_put_contents)(?:Sync)?\(\s*[rf]?(["'])([^"'\n]+)\1/g,
  /\bPath\(\s*[rf]?(["'])([^"'\n]+)\1\s*\)\.(?:write_|unlink|mkdir|rmdir|touch)/g,
];

/** Paths that a program in Python, JavaScript, Ruby or PHP plainly writes to. */
export function pathsWrittenBy(code: string): string[] {
  return WRITTEN.flatMap((pattern) => [...code.matchAll(pattern)].map((found) => found[2] ?? ""));
}

/** Values of options such as `--outfile=…`, whatever the program. */
export function outputsOf(args: readonly string[]): string[] {
  return args.flatMap((word, at) => {
    const [, name, value] = /^(--?[\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    return /^(-o|--out|--out-?(put|file|dir)[\w-]*|--dest\w*|--target-dir|--log-file)$/i.test(
        name ?? "",
      )
      ? [value ?? args[at + 1] ?? ""]
      : [];
  });
}

/** Arguments that name a file to work on, not one to be configured by, by any program's customs. */
export function subjectsOf(args: readonly string[]): string[] {
  if (args.some((word) => /^(--check|--check-only|--diff|--dry-run|-l|--list\S*)$/.test(word))) {
    return [];
  }
  const configures =
    /^--?(c|config|\w*-?config|ignore-path|env-file|require|import|plugin|rcfile)$/;
  return args.flatMap((word, at) => {
    const [, name, value] = /^(--?[\w-]+)=(.+)$/.exec(word) ?? [];
    if (configures.test(name ?? "") || configures.test(args[at - 1] ?? "")) return [];
    return [value ?? word];
  });
}

const PUBLISHES = [
  /^(npm|pnpm|yarn|bun|deno|cargo|poetry|uv|flit|hatch|lerna|changeset|vsce|ovsx|jsr|dart pub|flutter pub) (npm )?(un)?publish\b/,
  /^(gem|helm|docker|podman|docker image|docker compose|dotnet nuget|pod trunk|oras) push\b/,
  /^(twine upload|goreleaser release|semantic-release|release-it|np$|standard-version)/,
  /^(mvnw?|gradlew?)\b.* (deploy|publish\w*|release:perform)\b/,
  /^(netlify|firebase|fly|flyctl|wrangler|serverless|vercel) (deploy|publish)\b/,
];
const VALUED = new Map<string, string>(Object.entries({
  gh: "-R --repo",
  npm: "-w --workspace --prefix -C --tag --registry",
  pnpm: "--filter -F -C --dir --tag --registry",
  yarn: "--cwd",
  bun: "--cwd --filter",
  cargo: "-p --package --manifest-path --target",
  mvn: "-f --file -pl -P",
  docker: "--context -H",
}));

/** What a program does beyond this worktree; undefined: nothing of that kind. */
export function programRefusal(program: string, args: readonly string[]): string | undefined {
  const valued = VALUED.get(program)?.split(" ") ?? [];
  const options = readArguments(args, valued);
  const end = args.indexOf("--");
  const operands = readArguments(end < 0 ? args : args.slice(0, end), valued).operands
    .filter((word) => !/^(\+\w+|recursive|workspaces|foreach)$/.test(word));
  if (operands[0] === "workspace") operands.splice(0, 2);
  const line = [program, ...operands].join(" ");
  const [first = "", second = ""] = operands;
  const rehearses = has(options, "--dry-run", "--help", "--snapshot");
  if (rehearses) return undefined;
  if (PUBLISHES.some((pattern) => pattern.test(line))) return PUBLIC;
  if (program === "docker" && has(options, "--push")) return PUBLIC;
  if (/^(npm|pnpm|yarn) version \S/.test(line) && !has(options, "--no-git-tag-version")) {
    return TAGS;
  }
  if (/^(husky|lefthook|pre-commit|simple-git-hooks)( init| install|$)/.test(line)) {
    return HOOKS_SHARED;
  }
  if (program === "pkill" || program === "killall" || line === "kill -1") return BY_NAME;
  if (program === "sudo" || program === "doas") return RIGHTS;
  if (program === "parex") {
    return /^(validate|status|report|help|hook|completions|)$/.test(first) ? undefined : NESTED;
  }
  if (program === "gh") return changesGitHub(first, second, options, args) ? LANDS : undefined;
  return changesMachine(program, line, options) ? MACHINE : undefined;
}

function changesGitHub(
  noun: string,
  verb: string,
  options: Arguments,
  args: readonly string[],
): boolean {
  if (noun === "api") {
    const method = values(readArguments(args, ["-X", "--method"]), "-X", "--method")[0];
    if (verb === "graphql") return args.some((word) => /\bmutation\b/.test(word));
    const fields = has(options, "-f", "-F", "--field", "--raw-field", "--input");
    return (method ?? (fields ? "POST" : "GET")).toUpperCase() !== "GET";
  }
  return /^(pr|issue|release|repo|workflow|run|secret|label)$/.test(noun) &&
    /^(create|merge|close|reopen|edit|ready|review|comment|delete|upload|rename|archive|transfer|rerun|cancel|run|set|lock)$/
      .test(verb);
}

function changesMachine(program: string, line: string, options: Arguments): boolean {
  if (/^(npm|pnpm|yarn|bun|deno)$/.test(program) && has(options, "-g", "--global")) {
    return /^\S+ (i|install|add|remove|uninstall|update|link)\b/.test(line);
  }
  if (/^(pip[\d.]*|uv pip) install\b/.test(line)) {
    return has(options, "--user", "--system", "--break-system-packages");
  }
  return /^(cargo install|pipx install|uv tool install|yarn global|brew (un)?install|(apt|apt-get|dnf|yum|apk|pacman|snap) (install|add|remove|upgrade))\b/
    .test(line) && !has(options, "--root", "--list");
}

const PUBLIC =
  "An agent publishes nothing: people release what it makes, when it has landed. Commit " +
  "your work, and say in your last message what is to be published; `--dry-run` is allowed.";
const TAGS =
  "This commits and makes a tag, which all worktrees share. Use --no-git-tag-version, or edit " +
  "the version in the file.";
const HOOKS_SHARED =
  "This changes git's hooks or configuration, which all worktrees share. Commit the " +
  "files of the hooks only, and say in your last message what is to be run once.";
export const BY_NAME =
  "Processes of other agents and of the user have the same names. End only what " +
  "you started, by its id: `command & pid=$!`, later `kill $pid`.";
const RIGHTS =
  "An agent works without sudo. If the machine lacks something, say so in your last message.";
const NESTED = "parex runs this task already. Do the work here and commit it.";
const LANDS =
  "An agent changes nothing on GitHub: parex opens and merges the pull request when the " +
  "checks have passed. Commit your work, and finish.";
const MACHINE =
  "Do not change the machine outside this worktree. Add what the project needs to its own " +
  "dependencies (or a virtual environment here), or say in your last message what is missing.";
