#!/bin/sh
# Puts `parex` on the PATH, without root: see --help.
set -eu

DENO_VERSION=2.9.4
# What src/main.ts may do; docs/decisions/0001-permissions.md says why.
PERMISSIONS='--no-prompt --allow-read --allow-write --allow-run --allow-env --allow-net=api.anthropic.com:443,127.0.0.1,localhost --allow-sys=cpus,gid,osRelease,uid'

PAREX_REPO=${PAREX_REPO:-parex-dev/parex}
PAREX_DOWNLOAD_BASE=${PAREX_DOWNLOAD_BASE:-https://github.com/$PAREX_REPO/releases}

usage() {
  cat <<EOF
Installs parex into PREFIX/bin.

  sh install.sh [--prefix DIR] [--version V]
  sh install.sh --uninstall [--prefix DIR]

  --prefix DIR   default: \$HOME/.local
  --version V    download the release V instead of the newest one, or of this checkout
  --uninstall    remove parex again
  -h, --help     this text

From a checkout of the sources it compiles parex with Deno, taken from npm where it is missing. If
the runtime to compile with cannot be downloaded, it installs a launcher that runs the checkout.
From anywhere else it downloads a release and verifies its checksum.

  PAREX_REPO            owner/name on GitHub, now: $PAREX_REPO
  PAREX_DOWNLOAD_BASE   where releases are, now: $PAREX_DOWNLOAD_BASE
EOF
}

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "install.sh: $*" >&2; }
die() {
  warn "$*"
  exit 1
}
wrong_usage() {
  warn "$*"
  say "See: sh install.sh --help" >&2
  exit 2
}
have() { command -v "$1" >/dev/null 2>&1; }

main() {
  prefix='' version='' uninstall=''
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix | --version)
        [ -n "${2:-}" ] || wrong_usage "$1 needs a value"
        if [ "$1" = --prefix ]; then prefix=$2; else version=${2#v}; fi
        shift
        ;;
      --prefix=?*) prefix=${1#*=} ;;
      --version=?*) version=${1#*=} version=${version#v} ;;
      --uninstall) uninstall=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) wrong_usage "unknown argument: $1" ;;
    esac
    shift
  done
  case $version in *[!A-Za-z0-9.+-]*) wrong_usage "not a version: $version" ;; esac
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || wrong_usage "HOME is not set: name a folder with --prefix"
    prefix=$HOME/.local
  fi
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  # As it is looked for on the PATH.
  prefix=${prefix%/}
  bin=$prefix/bin
  # Deno from npm, for the launcher where the machine has none.
  lib=$prefix/lib/parex

  if [ -n "$uninstall" ]; then
    remove
    return
  fi
  [ ! -d "$bin/parex" ] || die "$bin/parex is a folder: move it away first"
  work=$(mktemp -d "${TMPDIR:-/tmp}/parex-install.XXXXXX")
  staged=$bin/.parex.$$
  trap 'rm -rf "$work" "$staged"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if root=$(checkout) && [ -z "$version" ]; then from_checkout; else from_release; fi
  advise
}

remove() {
  if [ ! -f "$bin/parex" ] && [ ! -L "$bin/parex" ] && [ ! -d "$lib" ]; then
    say "parex is not installed in $bin"
    return
  fi
  rm -f "$bin/parex"
  rm -rf "$lib"
  say "Removed $bin/parex"
}

# Prints the folder of the sources if this script lies in them. Piped into a shell it lies nowhere.
checkout() {
  if [ "$(basename -- "$0")" != install.sh ] || [ ! -f "$0" ]; then return 1; fi
  dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
  if [ ! -f "$dir/deno.json" ] || [ ! -f "$dir/src/main.ts" ]; then return 1; fi
  printf '%s\n' "$dir"
}

from_checkout() {
  find_deno
  say "Compiling $root with Deno $("$deno" eval --no-config 'console.log(Deno.version.deno)')"
  if (cd -- "$root" && "$deno" task --quiet compile >"$work/compile.log" 2>&1); then
    place "$root/dist/parex"
    return
  fi
  cat "$work/compile.log" >&2
  warn "deno compile failed (above), so this installs a launcher that runs the checkout instead"
  "$deno" cache --quiet --frozen --config "$root/deno.json" "$root/src/main.ts" ||
    die "the packages that parex needs cannot be loaded"
  keep_deno
  launcher >"$work/parex"
  place "$work/parex"
  say "parex is a launcher: it needs $root and $deno to stay where they are"
}

# Sets $deno to a Deno that can run parex: the one on the PATH, else the one that npm has.
find_deno() {
  if deno=$(command -v deno) && new_enough "$deno"; then
    if is_script "$deno"; then behind_script "$deno"; fi
    return
  fi
  have npm || die "Deno $DENO_VERSION or newer is needed, and npm to get it from: install one of them"
  say "Getting Deno $DENO_VERSION from npm"
  npm install --prefix "$work/npm" --no-audit --no-fund --ignore-scripts --loglevel=error \
    "deno@$DENO_VERSION" >&2 || die "npm could not install deno@$DENO_VERSION"
  behind_script "$work/npm/node_modules/.bin/deno"
}

new_enough() {
  "$1" eval --no-config 'const parts = (v) => v.split(".").map((part) => parseInt(part));
    const [is, needed] = [parts(Deno.version.deno), parts(Deno.args[0])];
    const i = is.findIndex((part, at) => part !== needed[at]);
    Deno.exit(is[0] === needed[0] && (i < 0 || is[i] > needed[i]) ? 0 : 1);' "$DENO_VERSION" \
    >/dev/null 2>&1
}

is_script() { [ "$(dd if="$1" bs=2 count=1 2>/dev/null)" = '#!' ]; }

# npm's `deno`, and version managers' ones, may be scripts that hand no signals on: sets $deno to the
# program behind them.
behind_script() {
  deno=$("$1" eval --no-config 'console.log(Deno.execPath())') || die "$1 does not run here"
}

# A launcher needs its Deno for longer than this script runs.
keep_deno() {
  case $deno in "$work"/*) ;; *) return ;; esac
  rm -rf "$lib"
  mkdir -p "$prefix/lib"
  mv "$work/npm" "$lib"
  behind_script "$lib/node_modules/.bin/deno"
}

launcher() {
  cat <<EOF
#!/bin/sh
# Runs parex from its sources. Written by install.sh, which removes it with --uninstall.
root=$(quoted "$root")
exec $(quoted "$deno") run --quiet --frozen --no-remote $PERMISSIONS --config "\$root/deno.json" "\$root/src/main.ts" "\$@"
EOF
}

# A word as the shell reads it back.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

from_release() {
  target=$(target_of_machine)
  archive=parex-$target.tar.gz
  if [ -n "$version" ]; then
    from=$PAREX_DOWNLOAD_BASE/download/v$version
  else
    from=$PAREX_DOWNLOAD_BASE/latest/download
  fi
  say "Downloading $from/$archive"
  download "$from/$archive" "$work/$archive"
  download "$from/$archive.sha256" "$work/$archive.sha256"
  verify "$work/$archive"
  tar -xzf "$work/$archive" -C "$work" parex || die "$archive holds no parex"
  place "$work/parex"
}

target_of_machine() {
  case $(uname -sm) in
    'Linux x86_64' | 'Linux amd64') say x86_64-unknown-linux-gnu ;;
    'Linux aarch64' | 'Linux arm64') say aarch64-unknown-linux-gnu ;;
    'Darwin x86_64') say x86_64-apple-darwin ;;
    'Darwin arm64') say aarch64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*)
      die "on Windows, unpack parex-x86_64-pc-windows-msvc.zip from $PAREX_DOWNLOAD_BASE"
      ;;
    *) die "there is no release for $(uname -sm): install from a checkout of the sources" ;;
  esac
}

download() {
  case $1 in
    https://* | file://* | http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
    *) die "refusing to download without https: $1" ;;
  esac
  if have curl; then
    curl -fsSL --proto-redir '=https' --retry 3 -o "$2" -- "$1" || die "download failed: $1"
  elif have wget; then
    wget -q -O "$2" -- "$1" || die "download failed: $1"
  else
    die "curl or wget is needed"
  fi
}

verify() {
  # Without a newline at its end `read` fails, and has read it all the same.
  expected=''
  read -r expected _ <"$1.sha256" || [ -n "$expected" ] || die "the checksum file is empty"
  if have sha256sum; then
    actual=$(sha256sum <"$1")
  elif have shasum; then
    actual=$(shasum -a 256 <"$1")
  else
    die "sha256sum or shasum is needed to verify the download"
  fi
  [ "${actual%% *}" = "$expected" ] ||
    die "the checksum of $(basename -- "$1") is ${actual%% *}, but should be $expected"
}

# Tries the program out before it replaces the old one, which happens in one step.
place() {
  chmod 755 "$1"
  installed=$("$1" --version) || die "the new parex does not run on this machine"
  mkdir -p "$bin"
  cp "$1" "$staged"
  mv -f "$staged" "$bin/parex"
  case ${deno:-} in "$lib"/*) ;; *) rm -rf "$lib" ;; esac
  say "Installed $installed: $bin/parex"
}

advise() {
  case :$PATH: in
    *:"$bin":*)
      first=$(command -v parex) || first=nothing
      [ "$first" = "$bin/parex" ] || warn "another parex comes first on the PATH: $first"
      ;;
    *)
      say "$bin is not on the PATH. Add it in your shell's start-up file:"
      case ${SHELL:-} in
        */fish) say "  fish_add_path $(quoted "$bin")" ;;
        *) say "  export PATH=$(quoted "$bin"):\"\$PATH\"" ;;
      esac
      ;;
  esac
}

# All of it is one function, so that a download that breaks off runs nothing.
main "$@"
