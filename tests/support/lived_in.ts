/**
 * The machine of a person who uses it: a home with the settings of years, a shell that was opened
 * somewhere else, an activated environment, and npm that has started parex.
 */
import { dirname, join } from "node:path";
import type { Env } from "../../src/exec/env.ts";

const FILES: Record<string, string> = {
  ".claude.json": JSON.stringify({ numStartups: 412, projects: { "/code/app": {} } }),
  ".claude/settings.json": JSON.stringify({
    model: "opus",
    hooks: {
      PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: "true" }] }],
      Stop: [{ hooks: [{ type: "command", command: "true" }] }],
    },
  }),
  ".claude/CLAUDE.md": "Answer in French.\n",
  ".config/git/ignore": "node_modules/\n.DS_Store\n*.swp\n.direnv/\n",
  ".config/git/attributes": "*.pbxproj merge=union\n",
  ".config/git/message": "\n; Why, not what.\n",
  ".config/git/template/description": "From a template.\n",
  ".config/git/template/info/exclude": "# Local patterns.\n",
  ".bashrc": "echo Welcome back; cd /\n",
  ".npmrc": "fund=false\n",
  ".venvs/app/pyvenv.cfg": "home = /usr/bin\n",
  "code/other/package.json": '{ "name": "other" }\n',
};

/** Makes a home and says what a shell there has in its environment. */
export function liveIn(home: string, { PATH = "" }: Env): Env {
  for (const [path, text] of Object.entries(FILES)) {
    Deno.mkdirSync(dirname(join(home, path)), { recursive: true });
    Deno.writeTextFileSync(join(home, path), text);
  }
  const other = join(home, "code/other");
  const venv = join(home, ".venvs/app");
  return {
    HOME: home,
    PATH: `${other}/node_modules/.bin:${venv}/bin:${PATH}`,
    PWD: other,
    OLDPWD: home,
    INIT_CWD: other,
    CDPATH: `.:${home}/code`,
    BASH_ENV: join(home, ".bashrc"),
    VIRTUAL_ENV: venv,
    VIRTUAL_ENV_PROMPT: "(app) ",
    npm_lifecycle_event: "plan",
    npm_config_local_prefix: other,
    npm_package_json: join(other, "package.json"),
    DIRENV_DIR: `-${other}`,
    NODE_ENV: "development",
    EDITOR: "vim",
    PAGER: "less",
    GREP_COLORS: "mt=01;31",
    LESS: "-R",
    LANG: "en_US.UTF-8",
  };
}
