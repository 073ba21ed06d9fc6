import { spawn } from "node:child_process";
import { join } from "node:path";
import { childEnv } from "./env.ts";
import { makeTempFolder } from "./temp.ts";

const OPENERS: Partial<Record<typeof Deno.build.os, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  windows: ["explorer.exe"],
  linux: ["xdg-open"],
};

/**
 * Opens an address in the user's browser. A command line can be read by every user of the machine,
 * and the address holds a secret: the browser gets a file that leads there, which only this user
 * can read, and which is removed when this is disposed of. Where there is no browser, nothing
 * happens.
 */
export async function openBrowser(url: string): Promise<AsyncDisposable | undefined> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? [];
  if (program === undefined) return undefined;
  const folder = await makeTempFolder("parex-web-");
  const file = join(folder, "open.html");
  await Deno.writeTextFile(file, `<meta http-equiv="refresh" content="0;url=${url}">\n`, {
    mode: 0o600,
  });
  // In its own group: a Ctrl-C here does not close the browser.
  const child = spawn(program, [...args, file], {
    detached: true,
    stdio: "ignore",
    env: childEnv(),
  });
  child.on("error", () => {});
  child.unref();
  return {
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
