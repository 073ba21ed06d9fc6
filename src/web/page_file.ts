import { buildPage } from "./build_page.ts";
import type { PageData } from "./page/data.ts";

/** Where `deno task bundle` puts the page: beside the program's own files. */
const BUILT = new URL("./page.html", import.meta.url);
const NO_DATA = '<script type="application/json" id="data">null</script>';

let page: Promise<string> | undefined;

/** The page with this data in it: one HTML file. */
export async function pageWith(data: PageData): Promise<string> {
  page ??= Deno.build.standalone ? Deno.readTextFile(BUILT) : buildPage();
  const [before, after] = (await page).split(NO_DATA);
  // `<` cannot end the element early, whatever a plan or an agent has written.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `${before}<script type="application/json" id="data">${json}</script>${after}`;
}
