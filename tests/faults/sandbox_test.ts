/** What agents and checks can write to with --sandbox. */
import { join } from "node:path";
import { whyNoSandbox } from "../../src/exec/sandbox.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { needs } from "../support/needs.ts";
import { exists } from "../../src/util/files.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { rig } from "../support/rig.ts";

const NEEDS_BWRAP = needs(
  "bubblewrap",
  await whyNoSandbox("/tmp") === undefined ? "bwrap" : undefined,
);

/** The rig's checkout, seen from a worktree; in a variable, parex would replace it by the worktree. */
const CHECKOUT = "../../repo";

/** Tries to write everywhere, then works. */
const REACHES_OUT = `git=${CHECKOUT}/.git
for path in "${CHECKOUT}/README.md" ../b.txt "$git/config" "$git/hooks/pre-commit" "$git/refs/heads/main" \\
  "${CHECKOUT}/.parallel/plans/tasks/a.md" "$NOTES/reached" /tmp/parex-reached; do
  (echo reached > "$path") 2>/dev/null && reached="$reached $path"
done
grep -q "CapEff:.*0000000000000000" /proc/self/status || reached="$reached capabilities"
[ -d "/proc/$PPID/fd" ] && kill -0 "$OUTSIDE" 2>/dev/null && reached="$reached processes"
[ -z "$SSH_AUTH_SOCK$TMUX" ] || reached="$reached sockets"
echo "reached:$reached" > $PAREX_TASK_ID.txt
echo "$TMPDIR" >> $PAREX_TASK_ID.txt
touch "$TMPDIR/mine"
`;

Deno.test({
  name: "--sandbox: agents and checks write to their worktree and branch, and to nothing else",
  ...NEEDS_BWRAP,
  fn: async () => {
    await using stage = await rig({
      config: `test: '! (echo x > "${CHECKOUT}/README.md") 2>/dev/null && touch "$TMPDIR/x"'\n`,
      agent: { a: `${REACHES_OUT}git add -A; git commit -qm "feat: a"` },
    });
    const { code, stderr, stdout } = await stage.parex(
      ["execute", "--sandbox", "--attempts", "1"],
      {
        env: {
          SSH_AUTH_SOCK: "/tmp/agent.sock",
          TMUX: "/tmp/tmux-0/default,1,0",
          OUTSIDE: `${Deno.pid}`,
        },
      },
    );
    assertEquals(code, 0, stderr + stdout);
    const [reached, temporary] = (await stage.repo.git(["show", "feature/a:a.txt"])).split("\n");
    assertEquals(reached, "reached:");
    assertMatch(temporary ?? "", /\.git\/parex\/runs\/.*\/tmp\/a$/);
    assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
    assertEquals(await stage.note("reached"), undefined);
    assertEquals(await textOf(join(stage.root, ".git/hooks/pre-commit")), undefined);
  },
});

Deno.test({
  name: "--sandbox: an agent leads neither git nor the next sandbox to another folder",
  ...NEEDS_BWRAP,
  fn: async () => {
    await using stage = await rig({
      agent: {
        "a.1": `own=$(git rev-parse --absolute-git-dir)
for path in .git "$own/commondir" "$own/gitdir" "$own/config.worktree"; do
  (echo "gitdir: $NOTES" > "$path") 2>/dev/null || echo kept >> kept.txt
done
mv .git elsewhere 2>/dev/null && echo "gitdir: $NOTES" > .git
exit 1`,
        "a.2": `(echo reached > "$NOTES/reached") 2>/dev/null || echo none > a.txt`,
      },
    });
    const { code, stderr } = await stage.parex(["execute", "--sandbox", "--attempts", "2"]);
    assertEquals(code, 0, stderr);
    assertEquals(await stage.note("reached"), undefined);
    assertEquals(await stage.repo.git(["show", "feature/a:kept.txt"]), "kept\n".repeat(4).trim());
  },
});

Deno.test({
  name:
    "--sandbox: of an agent's home only conversations and credentials change, and caches can be used",
  ...NEEDS_BWRAP,
  fn: async () => {
    const files = {
      ".claude/settings.json": "{}",
      ".claude/.credentials.json": "old",
      ".claude/local/claude": "program",
      ".claude/projects/other/memory/MEMORY.md": "memory",
      ".claude.json": "{}",
      ".codex/config.toml": "",
      ".codex/sessions/old.jsonl": "",
      ".npm/_cacache/kept": "kept",
      ".cache/pip/kept": "kept",
    };
    await using stage = await rig({
      agent: {
        a: `cd "$HOME"
for path in ${Object.keys(files).join(" ")} .claude/settings.local.json .claude/CLAUDE.md \\
  .claude/commands/x.md .claude/hooks/x .codex/AGENTS.md .codex/sessions/new.jsonl .npm/_cacache/new \\
  .cache/new/x .bashrc .config/new .local/bin/git; do
  mkdir -p "$(dirname "$path")" 2>/dev/null || :
  (echo changed > "$path") 2>/dev/null || echo "refused $path" >> "$PAREX_WORKTREE/a.txt"
done
cat .npm/_cacache/kept .cache/new/x >> "$PAREX_WORKTREE/a.txt"`,
      },
    });
    await writeFiles(stage.home, { ...files, ".bashrc": "" });
    const env = { HOME: stage.home };
    const { code, stderr, stdout } = await stage.parex(["execute", "--sandbox"], { env });
    assertEquals(code, 0, stderr + stdout);
    assertEquals(
      (await stage.repo.git(["show", "feature/a:a.txt"])).split("\n"),
      ["refused .bashrc", "refused .config/new", "refused .local/bin/git", "changed", "changed"],
    );
    const changed = new Set([".claude/.credentials.json", ".codex/sessions/old.jsonl"]);
    for (const [path, text] of Object.entries(files)) {
      const now = await textOf(join(stage.home, path));
      assertEquals(now, changed.has(path) ? "changed\n" : text, path);
    }
    assertEquals(await textOf(join(stage.home, ".codex/sessions/new.jsonl")), "changed\n");
    for (const name of ["settings.local.json", "CLAUDE.md", "commands", "hooks"]) {
      assert(!exists(join(stage.home, ".claude", name)), name);
    }
    for (const path of [".cache/new", ".npm/_cacache/new", ".codex/AGENTS.md"]) {
      assert(!exists(join(stage.home, path)), path);
    }
    const run = join(stage.root, ".git/parex/runs");
    const [layers] = [...Deno.readDirSync(run)].map(({ name }) => join(run, name, "layers"));
    assertEquals([...Deno.readDirSync(layers ?? "")], []);
  },
});

Deno.test("--sandbox where bubblewrap is missing ends with 3 and what to install, and begins nothing", async () => {
  await using stage = await rig();
  const programs = join(stage.home, "programs");
  await Deno.mkdir(programs);
  await Deno.writeTextFile(join(programs, "bwrap"), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
  const env = { PATH: `${programs}:${Deno.env.get("PATH")}` };
  const { code, stderr } = await stage.parex(["execute", "--sandbox"], { env });
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /install bubblewrap/);
  assert(!stderr.includes("in_progress"));
  assertEquals(await stage.journal(), []);
});

Deno.test({
  name: "--sandbox: parex merge keeps it for the checks of what was made with it",
  ...NEEDS_BWRAP,
  fn: async () => {
    const config = `test: '! touch "$HOME/left" 2>/dev/null'\n`;
    await using stage = await rig({ tasks: { a: {}, b: {} }, config });
    const made = await stage.parex(["execute", "--sandbox", "--attempts", "1", "--land", "none"]);
    assertEquals(made.code, 0, made.stderr + made.stdout);
    const merged = await stage.parex(["merge"]);
    assertEquals(merged.code, 0, merged.stderr + merged.stdout);
  },
});

Deno.test({
  name: "--sandbox: an agent commits on its branch, whatever its name begins with, and on no other",
  ...NEEDS_BWRAP,
  fn: async () => {
    for (const prefix of ["work/tasks/", "task-"]) {
      await using stage = await rig({ config: `branch-prefix: ${prefix}\n` });
      await stage.agent({
        a: `echo a > a.txt; git add a.txt; git commit -qm "feat: a"
git update-ref refs/heads/main HEAD 2>/dev/null && exit 1
exit 0`,
      });
      const { code, stderr } = await stage.parex(["execute", "--sandbox", "--attempts", "1"]);
      assertEquals(code, 0, stderr);
      const subject = await stage.repo.git(["log", "-1", "--format=%s", `${prefix}a`]);
      assertEquals(subject, "feat: a");
    }
  },
});
