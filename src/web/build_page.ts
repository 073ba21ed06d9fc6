import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { toolEnv } from "../exec/env.ts";
import { sh } from "../exec/sh.ts";

const SOURCES = fileURLToPath(new URL("./page/", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** The page in one file, without data. Throws where its sources cannot be bundled. */
export async function buildPage(): Promise<string> {
  const [script, style] = await Promise.all([
    bundled(`${SOURCES}main.tsx`),
    Deno.readTextFile(`${SOURCES}style.css`),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">
<title>parex</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. The same as text: parex report</noscript>
<script type="application/json" id="data">null</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Nothing but this script and this style; it may talk to its own server, and nobody else. */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

async function bundled(entry: string): Promise<string> {
  const options = ["--quiet", "--frozen", "--config", CONFIG, "--platform", "browser", "--minify"];
  const argv = [Deno.execPath(), "bundle", ...options, "--format", "iife", entry];
  const { code, stdout, stderr } = await sh(argv, { cwd: SOURCES, env: toolEnv() });
  if (code !== 0) throw new Error(`the page cannot be bundled: ${stderr}`);
  return stdout.trim();
}

if (import.meta.main) await Deno.writeTextFile(Deno.args[0] ?? "page.html", await buildPage());
