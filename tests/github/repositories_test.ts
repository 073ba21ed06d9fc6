/** Which repository on GitHub a remote is, by git's and ssh's own settings. */
import { join } from "node:path";
import { openRepository } from "../../src/git/repository.ts";
import { remotesOf } from "../../src/git/remotes.ts";
import { repositoriesOf } from "../../src/run/landing/repositories.ts";
import { assertEquals } from "../support/assert.ts";
import { findTool, needs } from "../support/needs.ts";
import { tempRepo } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

const HERE = { host: "github.com", owner: "o", name: "r" };

async function repositoryOf(config: Record<string, string>) {
  await using temp = await tempRepo();
  const ssh = join(temp.root, "../ssh_config");
  await Deno.writeTextFile(ssh, "Host github-work\n  HostName github.com\n");
  for (const [key, value] of Object.entries(config)) {
    await temp.git(["config", key, value.replace("SSH_CONFIG", ssh)]);
  }
  const repo = await openRepository(temp.root);
  return await repositoriesOf(repo, await remotesOf(repo, "main"));
}

Deno.test({
  name: "an alias in ssh's settings leads to its host",
  ...needs("ssh", findTool("ssh")),
  fn: async () => {
    const ssh = { "core.sshCommand": "ssh -F 'SSH_CONFIG'" };
    for (const url of ["git@github-work:o/r.git", "ssh://git@github-work/o/r.git"]) {
      assertEquals((await repositoryOf({ ...ssh, "remote.origin.url": url })).into, HERE);
    }
    const url = "git@elsewhere:o/r.git";
    await failureFrom(repositoryOf({ ...ssh, "remote.origin.url": url }), "remote_not_github");
  },
});

Deno.test("url.insteadOf counts, and a program in ssh's place is not asked", async () => {
  const rewritten = { "url.https://github.com/.insteadOf": "gh:", "remote.origin.url": "gh:o/r" };
  assertEquals((await repositoryOf(rewritten)).into, HERE);
  const url = { "remote.origin.url": "git@github-work:o/r.git" };
  const asked = repositoryOf({ ...url, "core.sshCommand": "echo hostname github.com; plink" });
  await failureFrom(asked, "remote_not_github");
});

Deno.test("a remote whose fetches and pushes go to different repositories is a fork", async () => {
  const found = await repositoryOf({
    "remote.origin.url": "https://github.com/o/r",
    "remote.origin.pushurl": "git@github.com:me/r.git",
  });
  assertEquals([found.into, found.from], [HERE, { ...HERE, owner: "me" }]);
});
