import { openRepository } from "../../src/git/repository.ts";
import { secretsOf } from "../../src/recovery/secrets.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

Deno.test("secretsOf() knows the values of every .env file, tracked, ignored or below", async () => {
  await using temp = await tempRepo({
    files: { ".gitignore": ".env\n", ".env.example": "A=tracked" },
  });
  await temp.write({
    ".env": "export TOKEN='plain one' # why\nPORT=80\nDOUBLE=\"a\\nsecond-line\"\n",
    "packages/api/.env.local": "URL=http://x/?q=a&b c\n",
    "notes.env.txt": "A=nobody-reads-this",
  });
  const repo = await openRepository(temp.root);
  assertEquals(
    new Set(await secretsOf(repo, [], {})),
    new Set([
      "tracked",
      "plain one",
      "plain%20one",
      "a\nsecond-line",
      "a%0Asecond-line",
      "second-line",
      "http://x/?q=a&b c",
      "http%3A%2F%2Fx%2F%3Fq%3Da%26b%20c",
    ]),
  );
});

Deno.test("secretsOf() knows the files of a worktree, too", async () => {
  await using temp = await tempRepo();
  await temp.git(["worktree", "add", "-q", "worktrees/task-1"]);
  await temp.write({ "worktrees/task-1/.env": "KEY=only-here" });
  const repo = await openRepository(temp.root);
  const worktree = `${repo.root}/worktrees/task-1`;
  assert((await secretsOf(repo, [worktree], {})).includes("only-here"));
});

Deno.test("secretsOf() takes variables by their names", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const env = {
    GITHUB_TOKEN: "value1",
    MY_API_KEY: "value2",
    DB_PASS: "value3",
    PWD: "/home/ada",
    KEYBOARD: "qwerty",
    SHORT_TOKEN: "abc",
  };
  assertEquals(await secretsOf(repo, [], env), ["value1", "value2", "value3"]);
});

Deno.test("secretsOf() fails if it cannot read a file that may have secrets", async () => {
  await using temp = await tempRepo();
  await temp.write({ ".env": `A=${"x".repeat(1024 * 1024)}` });
  const repo = await openRepository(temp.root);
  await failureFrom(secretsOf(repo, [], {}), "io_failed");
});
