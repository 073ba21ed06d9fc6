import { has, readArguments, values } from "./options.ts";
import { basename, dirname, isAbsolute } from "./paths.ts";

/** A path that a command changes. */
export interface Target {
  path: string;
  /** False: the entry itself is removed or replaced, not what a link there points to. */
  follow?: false;
}

type Reader = (args: readonly string[], cwd: string | undefined) => Target[];

/** The paths that a well-known program changes; undefined for a program that is not known to. */
export function targetsOf(
  program: string,
  args: readonly string[],
  cwd: string | undefined,
): Target[] | undefined {
  return READERS.get(program)?.(args, cwd);
}

/** Programs that change no file, wherever they are called. */
export const ONLY_READ: ReadonlySet<string> = new Set(
  ("[ [[ : . alias awk basename bat break cal cat cd cksum cmp column comm continue cut date df diff " +
    "declare dirname du echo egrep env exit export expr false fd fgrep file find fold getopts grep head hexdump " +
    "hostname id jobs join jq kill less local ls md5sum more nl nproc od paste pgrep printenv " +
    "popd printf ps pushd pwd read readonly readlink realpath return rg sed seq set sha1sum sha256sum shift sleep source " +
    "sort stat strings sum tac tail test time tr tree trap true type typeset ulimit uname unset uniq uptime " +
    "wait wc which whereis whoami xxd yq").split(" "),
);

const operands = (...valued: string[]): Reader => (args) =>
  readArguments(args, valued).operands.map((path) => ({ path }));

const removed: Reader = (args) =>
  readArguments(args).operands.map((path) => ({ path, follow: false }));

/** The first operand is a mode or an owner. */
const allButFirst: Reader = (args) => {
  const read = readArguments(args);
  const first = has(read, "--reference") ? 0 : 1;
  return read.operands.slice(first).map((path) => ({ path }));
};

const COPY_OPTIONS = ["-t", "--target-directory", "-S", "--suffix", "-m", "-o", "-g"];

function copied(args: readonly string[]): { sources: string[]; to: Target[] } {
  const read = readArguments(args, COPY_OPTIONS);
  const named = values(read, "-t", "--target-directory");
  if (named.length > 0) return { sources: read.operands, to: named.map((path) => ({ path })) };
  return {
    sources: read.operands.slice(0, -1),
    to: read.operands.slice(-1).map((path) => ({ path })),
  };
}

const linked: Reader = (args, cwd): Target[] => {
  const read = readArguments(args, COPY_OPTIONS);
  const { operands } = read;
  const { sources, to } = operands.length === 1
    ? { sources: operands, to: [{ path: "." }] }
    : copied(args);
  const link = to[0]?.path ?? ".";
  const folder = sources.length > 1 || isFolderLike(link, cwd) ? link : dirname(link);
  const symbolic = has(read, "-s", "--symbolic");
  // Whatever is written through the link later changes what it points to.
  const pointedTo = sources.map((path) => ({
    path: symbolic && !isAbsolute(path) ? `${folder}/${path}` : path,
  }));
  const inIt = isFolderLike(link, cwd) && !has(read, "-n", "-T", "--no-dereference");
  return [...to.map(({ path }) => inIt ? { path } : { path, follow: false }), ...pointedTo];
};

function isFolderLike(path: string, cwd: string | undefined): boolean {
  if (path.endsWith("/") || path === "." || path === "..") return true;
  try {
    return Deno.statSync(isAbsolute(path) ? path : `${cwd}/${path}`).isDirectory;
  } catch {
    return false;
  }
}

const edited: Reader = (args) => {
  const inPlace = args.some((word) => /^(-[nErsuz]*i|--in-?place)/.test(word));
  if (!inPlace) return [];
  const read = readArguments(args, ["-e", "-f", "--expression", "--file"]);
  const script = has(read, "-e", "-f", "--expression", "--file") ? 0 : 1;
  // BSD's `-i ''` leaves an empty word.
  return read.operands.filter((path) => path !== "").slice(script).map((path) => ({ path }));
};

/** `perl -pi -e '…' file`, `ruby -i -ne '…' file`. */
const editedByCode: Reader = (args) => {
  if (!args.some((word) => /^-[a-zA-Z0]*i/.test(word))) return [];
  return readArguments(args, ["-e", "-E"]).operands.map((path) => ({ path }));
};

const named = (...names: string[]): Reader => (args) =>
  values(readArguments(args, names), ...names).filter((path) => path !== "-")
    .map((path) => ({ path }));

/** The second operand begins the names of the files. */
const prefixed = (...valued: string[]): Reader => (args) => [
  { path: readArguments(args, valued).operands[1] ?? "." },
];

/** `awk '{ print > "file" }'`. */
const printed: Reader = (args) => {
  const read = readArguments(args, ["-F", "-v", "-f", "-i", "--include"]);
  const [program = "", ...files] = read.operands;
  const named = [...program.matchAll(/>\s*"([^"]+)"/g)].map((match) => ({ path: match[1] ?? "" }));
  const inPlace = values(read, "-i", "--include").includes("inplace");
  return [...named, ...(inPlace ? files.map((path) => ({ path })) : [])];
};

const extracted: Reader = (args) => {
  // `tar xzf x` is `tar -xzf x`.
  const words = /^[a-zA-Z]+$/.test(args[0] ?? "") ? [`-${args[0]}`, ...args.slice(1)] : args;
  const read = readArguments(words, ["-C", "--directory", "-f", "--file"]);
  const folders = values(read, "-C", "--directory");
  if (has(read, "-t", "--list")) return [];
  if (has(read, "-c", "--create", "-r", "-u")) {
    return values(read, "-f", "--file").filter((path) => path !== "-").map((path) => ({ path }));
  }
  return (folders.length > 0 ? folders : ["."]).map((path) => ({ path }));
};

const downloaded: Reader = (args) => {
  const valued = ["-o", "--output", "--output-dir", "-H", "-d", "-X", "-u", "-A"];
  const read = readArguments(args, valued);
  const given = values(read, "-o", "--output", "--output-dir").filter((path) => path !== "-");
  return [...given, ...(has(read, "-O", "--remote-name") ? ["."] : [])].map((path) => ({ path }));
};

const fetched: Reader = (args) => {
  const read = readArguments(args, ["-O", "-P", "--output-document", "--directory-prefix"]);
  const given = values(read, "-O", "-P", "--output-document", "--directory-prefix");
  return (given.length > 0 ? given : ["."]).filter((path) => path !== "-")
    .map((path) => ({ path }));
};

/** `host:path` is another machine's. */
const synced: Reader = (args) => {
  const to = readArguments(args, ["-e", "--rsh", "--exclude", "--include", "-P", "-i"])
    .operands.at(-1);
  return to === undefined ? [] : [{ path: /^[^/]+:/.test(to) ? `/${basename(to)}` : to }];
};

const READERS = new Map<string, Reader>([
  ["tee", operands()],
  ["mktemp", operands("-p", "--tmpdir", "--suffix")],
  ["touch", operands("-d", "-t", "-r", "--date", "--reference")],
  ["mkdir", operands("-m", "--mode")],
  ["mkfifo", operands("-m")],
  ["rm", removed],
  ["rmdir", removed],
  ["unlink", removed],
  ["trash", removed],
  ["sponge", operands()],
  ["shred", operands("-n", "-s")],
  ["truncate", operands("-s", "--size", "-r", "--reference")],
  ["chmod", allButFirst],
  ["chown", allButFirst],
  ["chgrp", allButFirst],
  ["cp", (args) => copied(args).to],
  [
    "install",
    (args, cwd) => has(readArguments(args), "-d") ? operands("-m")(args, cwd) : copied(args).to,
  ],
  [
    "mv",
    (args) => {
      const { sources, to } = copied(args);
      return [...sources.map((path) => ({ path, follow: false as const })), ...to];
    },
  ],
  ["ln", linked],
  [
    "dd",
    (args) =>
      args.filter((word) => word.startsWith("of=")).map((word) => ({ path: word.slice(3) })),
  ],
  ["sed", edited],
  ["gsed", edited],
  ["yq", edited],
  ["perl", editedByCode],
  ["ruby", editedByCode],
  ["sort", named("-o", "--output")],
  ["tar", extracted],
  ["unzip", (args) => {
    const to = values(readArguments(args, ["-d"]), "-d");
    return has(readArguments(args), "-l") ? [] : (to.length > 0 ? to : ["."])
      .map((path) => ({ path }));
  }],
  ["zip", (args) => readArguments(args).operands.slice(0, 1).map((path) => ({ path }))],
  ["gzip", operands()],
  ["gunzip", operands()],
  ["bzip2", operands()],
  ["xz", operands()],
  ["patch", (args) => {
    const read = readArguments(args, ["-d", "--directory", "-i", "--input", "-o", "-p"]);
    const folder = values(read, "-d", "--directory")[0] ?? ".";
    const files = [...read.operands.slice(0, 1), ...values(read, "-o")];
    return [
      { path: folder },
      ...files.map((path) => ({
        path: isAbsolute(path) ? path : `${folder}/${path}`,
      })),
    ];
  }],
  ["curl", downloaded],
  ["wget", fetched],
  ["rsync", synced],
  ["scp", synced],
  ["split", prefixed("-l", "-b", "-n", "-a", "-C", "-t")],
  ["awk", printed],
  ["gawk", printed],
  ["mawk", printed],
]);
