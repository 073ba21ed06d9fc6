/**
 * parex that dies as if it were killed, around an event that `PAREX_TEST_DEATH` names, such as
 * `before:agent.finished:2`: instead of writing the second line of this type that this process
 * would write, `within` when half of it is written, or `after` it. `*` stands for any type.
 */
import { runCli } from "../../src/cli/program.ts";
import { realIo } from "../../src/cli/io.ts";

const [moment, type, count] = (Deno.env.get("PAREX_TEST_DEATH") ?? "").split(":");
const open = Deno.openSync;
let seen = 0;

Deno.openSync = (path, options) => {
  const file = open(path, options);
  if (String(path).endsWith("/journal.ndjson") && options?.append) {
    const write = file.writeSync.bind(file);
    file.writeSync = (bytes) => {
      const { type: written } = JSON.parse(new TextDecoder().decode(bytes));
      const last = (type === "*" || type === written) && ++seen === Number(count);
      if (last && moment === "before") die();
      if (last && moment === "within") {
        write(bytes.subarray(0, bytes.length >> 1));
        die();
      }
      const length = write(bytes);
      if (last) die();
      return length;
    };
  }
  return file;
};

function die(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("still alive");
}

Deno.exit(await runCli(Deno.args, realIo()));
