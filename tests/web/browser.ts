/** Debian's Chromium, told to keep to itself. */
import { type Browser, chromium, type Page } from "playwright-core";
import { join } from "node:path";
import { findTool } from "../support/needs.ts";

export const CHROMIUM = findTool("chromium");

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts it with a profile of its own, which goes with it. */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? "chromium", args: ARGS });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** A page, and all that goes wrong on it. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1400, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) wrong.push(request.url());
  });
  await page.goto(url);
  await page.locator("h1").waitFor();
  return { page, wrong };
}

/** Keeps what is seen where a person can look at it: in `$PAREX_SCREENSHOTS`, if that is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("PAREX_SCREENSHOTS");
  if (folder === undefined) return;
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
