/** A program that talks like the Claude CLI and does the work that a shell script says. */
import { join } from "node:path";
import { shellWord } from "../../src/exec/quote.ts";
import { withEnv } from "./env.ts";
import type { Rig } from "./rig.ts";
import { writeFiles } from "./repo.ts";

/** `$n` counts the calls from 1; `$session` is the conversation's id. */
const BEGIN = `#!/bin/sh
[ "$1" = --help ] && exit 0
[ "$1" = auth ] && cat "$NOTES/auth" 2> /dev/null && exit 1
[ "$1" = auth ] && exit 0
n=1
while ! mkdir "$NOTES/call.$n" 2> /dev/null; do n=$((n + 1)); done
for word in "$@"; do
  case $word in --session-id=* | --resume=*) session=\${word#*=} ;; esac
done
echo "$@" > "$NOTES/call.$n/args"
say() { printf '%s\\n' "$1"; }
begin() {
  say '{"type":"system","subtype":"init","session_id":"'$session'"}'
}
answer() {
  say '{"type":"assistant","message":{"id":"m'$n'","model":"claude-haiku-4-5","content":[{"type":"text","text":"On it."}],"usage":{"input_tokens":1000,"output_tokens":1}}}'
}
work() {
  echo "$n" >> "$PAREX_TASK_ID.txt"
  git add -A
  git commit -qm "feat: $PAREX_TASK_ID"
}
# result SUBTYPE COST [WORDS]
result() {
  say '{"type":"result","subtype":"'$1'","is_error":false,"result":"'"$3"'","num_turns":1,"session_id":"'$session'","total_cost_usd":'$2'}'
}
# deny ERROR WORDS: the account cannot work
deny() {
  say '{"type":"assistant","message":{"id":"e'$n'","model":"<synthetic>","content":[{"type":"text","text":"'"$2"'"}]},"error":"'$1'"}'
  say '{"type":"result","subtype":"success","is_error":true,"result":"'"$2"'","session_id":"'$session'"}'
  exit 1
}
# refuse UNTIL: the usage limit lasts until then, in seconds since the epoch; nothing: nobody knows
refuse() {
  [ -z "$1" ] ||
    say '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":'$1'}}'
  say '{"type":"assistant","message":{"id":"e'$n'","model":"<synthetic>","content":[{"type":"text","text":"You have hit your limit"}]}}'
  say '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"You have hit your limit","session_id":"'$session'"}'
  exit 1
}
begin
`;

/** Makes it the `claude` of this process, and of what it starts, until it is disposed of. */
export async function scriptedClaude(stage: Rig, script: string): Promise<Disposable> {
  const notes = `export NOTES=${shellWord(join(stage.home, "notes"))}\n`;
  const [shebang, ...rest] = BEGIN.split("\n");
  await writeFiles(stage.home, { claude: [shebang, notes, ...rest, script].join("\n") });
  const program = join(stage.home, "claude");
  await Deno.chmod(program, 0o755);
  return withEnv({ PAREX_CLAUDE: program });
}

/** Runs with it: the flags of `execute`. */
export const WITH_CLAUDE = { agent: "claude", land: "none" };
