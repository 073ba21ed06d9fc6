/**
 * The page in a real browser: served while a run is on, and opened from disk as its report.
 */
import type { RunEvent } from "../../src/domain/event.ts";
import { join } from "node:path";
import { reportPage } from "../../src/web/report_page.ts";
import { serveRun } from "../../src/web/server.ts";
import { assertEquals } from "../support/assert.ts";
import { needs } from "../support/needs.ts";
import { CHROMIUM, openPage, screenshot, startBrowser } from "./browser.ts";
import { live, samplePage } from "./sample_page.ts";

const inBrowser = needs("Chromium", CHROMIUM);

Deno.test({
  ...inBrowser,
  name: "every view shows the run, on a wide and a narrow screen, light and dark",
  async fn() {
    await using sample = await samplePage();
    using _run = live(sample);
    await using browser = await startBrowser();
    await using server = serveRun(sample.run, { port: 0, control: false });
    const views: [path: string, words: RegExp][] = [
      ["", /3 of 10 tasks completed, 2 blocked, 2 working, 3 waiting/],
      ["timeline", /The critical path took/],
      ["graph", /Full-text search in the catalog/],
      ["task/cart", /rounded to even/],
      ["task/cart/changes", /2 files changed, \+7 −0/],
      ["task/cart/checks", /expected 1235 to be 1234/],
      ["task/invoices", /VAT 19%/],
    ];
    for (const look of [{ width: 1400 }, { width: 400, dark: true }]) {
      const { page, wrong } = await openPage(browser, server.url, look);
      for (const [path, words] of views) {
        await page.goto(`${server.url}#/${path}`);
        await page.getByText(words).first().waitFor();
        const tooWide = "document.documentElement.scrollWidth > innerWidth";
        assertEquals(await page.evaluate(tooWide), false, `${path} is wider than the screen`);
        await screenshot(page, `${path.replaceAll("/", "-") || "overview"}-${look.width}`);
      }
      assertEquals(wrong, []);
      await page.close();
    }
  },
});

Deno.test({
  ...inBrowser,
  name: "the views are reached by keys, and a heading has the focus in each",
  async fn() {
    await using sample = await samplePage({ finished: true });
    await using browser = await startBrowser();
    await using server = serveRun(sample.run, { port: 0, control: false });
    const { page } = await openPage(browser, server.url);
    const focused = () => page.evaluate("document.activeElement.textContent");
    for (const [key, heading] of [["t", "Timeline"], ["g", "Dependency graph"]] as const) {
      await page.keyboard.press(key);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      assertEquals(await focused(), heading);
    }
    await page.keyboard.press("o");
    const row = page.getByRole("link", { name: /Cart with price rules/ });
    await row.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Cart with price rules" }).waitFor();
  },
});

Deno.test({
  ...inBrowser,
  name: "the report is the same page, opened from disk, with nothing loaded from elsewhere",
  async fn() {
    await using sample = await samplePage({ finished: true });
    const path = join(sample.repo.root, "report.html");
    await Deno.writeTextFile(
      path,
      await reportPage(sample.run, withActivity(sample.events), { live: false, whole: false }),
    );
    await using browser = await startBrowser();
    const { page, wrong } = await openPage(browser, `file://${path}`);
    await page.getByText(/^4 of 10 tasks completed/).waitFor();
    await page.getByText("not complete", { exact: true }).waitFor();
    await page.getByText('parex answer auth "…"').first().waitFor();
    assertEquals(await page.getByRole("textbox").count(), 0, "nothing can be answered in a file");
    assertEquals(await page.getByText(/is damaged/).count(), 0, "what was left out is no damage");
    await page.goto(`file://${path}#/task/cart`);
    await page.getByText(/rounded to even/).waitFor();
    await page.goto(`file://${path}#/task/cart/changes`);
    await page.getByText("export function total").waitFor();
    await page.goto(`file://${path}#/task/cart/checks`);
    await page.getByText("npm run test").first().click();
    await page.getByText(/expected 1235 to be 1234/).waitFor();
    await screenshot(page, "report");
    assertEquals(wrong.filter((each) => !each.startsWith("file://")), []);
  },
});

Deno.test({
  ...inBrowser,
  name: "a task whose name is markup or a script is shown as text, and runs nothing",
  async fn() {
    const hostile = '</script><script>globalThis.hit = 1</script><img src=x onerror="hit = 1">';
    await using sample = await samplePage({ finished: true, names: { cart: hostile } });
    const path = join(sample.repo.root, "report.html");
    await Deno.writeTextFile(
      path,
      await reportPage(sample.run, sample.events, { live: false, whole: false }),
    );
    await using browser = await startBrowser();
    await using server = serveRun(sample.run, { port: 0, control: true });
    for (const url of [`file://${path}`, server.url]) {
      const { page } = await openPage(browser, url);
      for (const view of ["", "timeline", "graph", "task/cart"]) {
        await page.goto(`${url}#/${view}`);
        await page.locator("h1").waitFor();
      }
      await page.getByRole("heading", { name: hostile }).waitFor();
      assertEquals(await page.evaluate("typeof hit"), "undefined");
      assertEquals(await page.locator("img").count(), 0);
      await page.close();
    }
  },
});

/** Each agent was at work before it ended. */
function withActivity(events: RunEvent[]): RunEvent[] {
  return events.flatMap((event): RunEvent[] => {
    if (event.type !== "agent.finished") return [event];
    const { v, seq, at, run, task, attempt } = event;
    return [{ v, seq, at, run, type: "agent.activity", task, attempt, doing: "Edit" }, event];
  }).map((event, at) => ({ ...event, seq: at + 1 }));
}
