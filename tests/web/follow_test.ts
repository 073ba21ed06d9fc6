/**
 * A real run, seen through `parex web` in a real browser from its beginning to its end.
 */
import { join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { needs } from "../support/needs.ts";
import { rig } from "../support/rig.ts";
import { parexArgv } from "../support/parex.ts";
import { CHROMIUM, openPage, screenshot, startBrowser } from "./browser.ts";

const ASKS = `echo "Two colours are possible."
echo "QUESTION: Which colour?"
`;
const GOES_ON = `cat > "$NOTES/heard"
echo blue > colour.txt
git add -A
git commit -qm "feat: colour"
`;
/** Works until the test says that it may end. */
const WAITS = `until [ -f "$NOTES/go" ]; do sleep 0.1; done
echo done > slow.txt
git add -A
git commit -qm "feat: slow"
`;

Deno.test({
  ...needs("Chromium", CHROMIUM),
  name: "a run is followed to its end, and a question is answered on the page",
  async fn() {
    await using stage = await rig({
      tasks: { asks: {}, slow: {}, last: { after: ["asks", "slow"] } },
      agent: { "asks.1": ASKS, "asks.2": GOES_ON, slow: WAITS },
    });
    const run = stage.start(["execute", "--yes"]);
    await using web = await startWeb(stage.root);
    await using browser = await startBrowser();
    const { page, wrong } = await openPage(browser, web.url);
    await page.getByText("Which colour?").waitFor();
    await screenshot(page, "question");
    await page.getByLabel("Your answer").fill("Blue, like the sky.");
    await page.getByRole("button", { name: "Send the answer" }).click();
    await page.getByText("1 of 3 tasks completed").waitFor();
    assertMatch(await stage.note("heard") ?? "", /Blue, like the sky\./);
    await Deno.writeTextFile(join(stage.home, "notes/go"), "");
    await page.getByText("3 of 3 tasks completed").waitFor();
    await page.getByText("finished", { exact: true }).waitFor();
    await screenshot(page, "finished");
    assertEquals((await run.ended).code, 0);
    assertEquals(wrong, []);
  },
});

/** `parex web --control` in a repository, once a run has begun there. */
async function startWeb(root: string): Promise<AsyncDisposable & { url: string }> {
  for (;;) {
    const [program, ...args] = parexArgv(["web", "--control", "--no-open"]);
    const child = new Deno.Command(program, {
      args,
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    if (value !== undefined) {
      return {
        url: value.trim(),
        async [Symbol.asyncDispose]() {
          child.kill("SIGINT");
          await reader.cancel();
          assertEquals((await child.status).code, 0);
        },
      };
    }
    await child.status;
  }
}
