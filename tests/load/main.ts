/**
 * `deno task test:load --runs 10 [--load 8] [-- tests/git …]`: runs the tests again and again beside
 * processes that do nothing but keep the machine busy. What fails here depends on how fast something
 * is. The output of each run that failed is kept in a file.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    load: { type: "string", default: "8" },
  },
  allowPositionals: true,
});
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FAILED = /^(.*) \.\.\. .*FAILED/;

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

/** Ends with this process, however that ends: its stdin does. */
function busy(): Disposable {
  const loop = 'while :; do :; done & read -r _; kill "$!"';
  const child = new Deno.Command("sh", { args: ["-c", loop], stdin: "piped" }).spawn();
  return {
    [Symbol.dispose]: () => {
      void child.stdin.close();
      child.unref();
    },
  };
}

async function runTests(): Promise<{ passed: boolean; output: string }> {
  const tests = positionals.length > 0 ? positionals : ["tests"];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--frozen", "--parallel", "--no-check", ...tests],
    cwd: ROOT,
    clearEnv: true,
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { passed: success, output: text(stdout) + text(stderr) };
}

const kept = await Deno.makeTempDir({ prefix: "parex-load-" });
const runs = Number(values.runs);
let failures = 0;
{
  using stack = new DisposableStack();
  for (let at = 0; at < Number(values.load); at++) stack.use(busy());
  for (let run = 1; run <= runs; run++) {
    const started = performance.now();
    const { passed, output } = await runTests();
    const seconds = Math.round((performance.now() - started) / 1000);
    print(`run ${run} of ${runs}: ${passed ? "ok" : "FAILED"} (${seconds} s)`);
    if (passed) continue;
    failures++;
    const log = join(kept, `run-${run}.log`);
    await Deno.writeTextFile(log, output);
    for (const line of output.split("\n")) {
      const name = FAILED.exec(line)?.[1];
      if (name) print(`  ${name}`);
    }
    print(`  ${log}`);
  }
}
print(`${runs - failures} of ${runs} runs passed`);
if (failures === 0) await Deno.remove(kept);
Deno.exit(failures === 0 ? 0 : 1);
