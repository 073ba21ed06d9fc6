/** Fakes are made here and now, so that no scanner mistakes this file for a leak. */
import { redact } from "../../src/domain/redact.ts";
import { assert, assertEquals } from "../support/assert.ts";

const HEX = "0123456789abcdef";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS = WORD.slice(0, 52);

/** `{a:n}`: n characters, of letters (l), hex digits (h), capitals (u) or all (w). */
const FAKES =
  `ghp_{w:36} gho_{w:36} ghs_{w:36} github_pat_{w:22}_{w:59} glpat-{w:20} gldt-{w:20} glrt-{w:20}
sk-{w:48} sk-proj-{w:60} sk-ant-api03-{w:93}AA sk-or-v1-{h:64} sk_live_{w:24} sk_test_{w:24} rk_live_{w:24} whsec_{w:32}
npm_{w:36} pypi-AgEIcHlwaS5vcmc{w:60} rubygems_{h:48} dckr_pat_{w:27} hf_{l:34} r8_{w:37} gsk_{w:52} xai-{w:80}
xoxb-{h:11}-{h:11}-{w:24} xoxp-{h:11}-{w:24} xapp-1-{u:11}-{w:40} AIza{w:35} ya29.{w:60} GOCSPX-{w:28} AKIA{u:16} ASIA{u:16}
dop_v1_{h:64} shpat_{h:32} EAAA{w:60} sq0csp-{w:43} SG.{w:22}.{w:43} key-{h:32} {h:32}-us12 SK{h:32} 123456789:AA{w:33}
lin_api_{w:40} ntn_{w:46} hvs.{w:90} {w:14}.atlasv1.{w:64} pul-{h:40} dapi{h:32} glsa_{w:32}_{h:8} NRAK-{u:27} sntrys_{w:60}
figd_{w:40} ATATT3{w:180} sbp_{h:40} AGE-SECRET-KEY-1{u:58} eyJ{w:30}.eyJ{w:60}.{w:43} nfp_{w:36} PMAK-{h:24}-{h:34}`
    .split(/\s+/);

/** The part between the marks is the secret. */
const IN_LINES = [
  "https://hooks.slack.com/services/«T{u:8}/B{u:8}/{w:24}»",
  "https://discord.com/api/webhooks/«112233445566778899/{w:68}»",
  "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«{w:86}==»;EndpointSuffix=core",
  "MYSQL_PASS=«{w:14}» mysqldump app",
  "export ENCRYPTION_KEY='«{w:32}»'",
  "PGPASSWORD=«{w:12}» psql -h db",
  "mysql -h db --password «{w:14}» app",
  "tool login --api-key=«{w:20}»",
  "curl -s -u admin:«{w:12}» https://example.org",
  "wget --user joe:«{w:12}» https://example.org",
  "Authorization: Bearer «{w:40}»",
  "postgres://app:«{w:16}»@db:5432/app",
  "https://x.blob.core.windows.net/a?sv=2022&sig=«{w:44}»",
];

function fake(pattern: string): string {
  const of: Record<string, string> = { h: HEX, u: UPPER, w: WORD, l: LETTERS };
  return pattern.replaceAll(/\{(\w):(\d+)\}/g, (_, kind: string, length: string) => {
    const from = of[kind] ?? WORD;
    const random = crypto.getRandomValues(new Uint32Array(Number(length)));
    return [...random].map((number) => from[number % from.length]).join("");
  });
}

Deno.test("fake secrets of every kind are taken out, two of each", () => {
  const words = FAKES.map((pattern) => ({ line: `got «${pattern}» back`, pattern }));
  const lines = IN_LINES.map((line) => ({ line, pattern: line }));
  const all = [...words, ...lines, ...words, ...lines];
  const left = all.filter(({ line }) => {
    const text = fake(line);
    const secret = /«(.*)»/.exec(text)?.[1] ?? "";
    return redact(text.replaceAll(/[«»]/g, "")).includes(secret);
  }).map(({ pattern }) => pattern);
  assertEquals([...new Set(left)], []);
});

Deno.test("200 ordinary lines stay as they are", async () => {
  const file = new URL("../hook/shell/ordinary_lines.txt", import.meta.url);
  const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => line !== "");
  assert(lines.length >= 200);
  assertEquals(
    lines.filter((line) => redact(line) !== line).map((line) => [line, redact(line)]),
    [],
  );
});
