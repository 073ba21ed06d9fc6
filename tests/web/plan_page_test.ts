/** The page of a plan over all its runs. */
import { join } from "node:path";
import { assertEquals } from "../support/assert.ts";
import { needs } from "../support/needs.ts";
import { rig } from "../support/rig.ts";
import { CHROMIUM, openPage, screenshot, startBrowser } from "./browser.ts";

const WORKS = `echo "working as told"
echo by > "$PAREX_TASK_ID.txt"
git add -A
git commit -qm "feat: $PAREX_TASK_ID"`;

Deno.test({
  ...needs("Chromium", CHROMIUM),
  name: "the report of a plan shows what each of its runs did, and every attempt's transcript",
  async fn() {
    await using stage = await rig({
      tasks: { a: {}, b: {} },
      agent: { a: WORKS, b: `echo "giving up"\nexit 1` },
    });
    assertEquals((await stage.parex(["execute", "--attempts", "1", "--land", "none"])).code, 1);
    await stage.agent({ b: WORKS });
    assertEquals((await stage.parex(["retry", "b"])).code, 0);
    const path = join(stage.home, "report.html");
    await stage.parex(["report", "--html", path]);
    const [last] = (await stage.parex(["runs"])).stdout.split(" ");
    const single = join(stage.home, "single.html");
    await stage.parex(["report", last ?? "", "--html", single]);

    await using browser = await startBrowser();
    const { page, wrong } = await openPage(browser, `file://${path}`);
    await page.getByText("2 of 2 tasks completed").first().waitFor();
    await page.getByText("1 of 2 tasks completed, 1 blocked, 2 attempts").waitFor();
    await page.getByText("2 runs, the last one").waitFor();
    await screenshot(page, "plan");
    await page.goto(`file://${path}#/task/b`);
    await page.getByText("Attempt 1").click();
    await page.getByText("giving up").waitFor();
    await page.getByText("Attempt 2").waitFor();
    await page.getByText("working as told").waitFor();
    await page.goto(`file://${path}#/timeline`);
    assertEquals(await page.getByLabel("Run").locator("option").count(), 2);
    const rowOfA = page.locator(".rows").getByRole("link", { name: "a", exact: true });
    assertEquals(await rowOfA.count(), 0);
    await page.getByLabel("Run").selectOption({ index: 0 });
    await rowOfA.waitFor();
    assertEquals(wrong, []);

    await page.goto(`file://${single}`);
    await page.getByText("1 of 1 task completed").first().waitFor();
  },
});
