import { join } from "node:path";
import { findMaker, type Maker, sandboxed } from "../../src/exec/sandbox.ts";
import { seatbeltProfile } from "../../src/exec/seatbelt.ts";
import { closedSockets } from "../../src/exec/sockets.ts";
import { cachesOf } from "../../src/exec/caches.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { needs } from "../support/needs.ts";

const maker = await findMaker("/tmp");
const NEEDS_SANDBOX = needs("bubblewrap", typeof maker === "string" ? undefined : "bwrap");

Deno.test({
  name: "sandboxed() closes the SSH agent's socket unless it is allowed",
  ...NEEDS_SANDBOX,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "parex-sockets-" });
    const path = join(folder, "agent.sock");
    const temporary = join(folder, "temporary");
    await Deno.mkdir(temporary);
    using _agent = Deno.listen({ transport: "unix", path });
    const env = testEnv({ SSH_AUTH_SOCK: path });
    const seen = async (sockets: string[]) => {
      const walls = { writable: [], layered: [], kept: [], temporary, env: {} };
      const sandbox = { ...walls, maker: maker as Maker, sockets };
      const script = `[ -S "${path}" ] && echo "open $SSH_AUTH_SOCK"`;
      const [program, ...args] = sandboxed(["sh", "-c", script], sandbox, env);
      const { stdout } = await new Deno.Command(program, { args, env, clearEnv: true }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    assertEquals(await seen([]), "");
    assertEquals(await seen(["docker"]), "");
    assertEquals(await seen(["ssh-agent"]), `open ${path}`);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("closedSockets() takes the variables of the closed ones alone", () => {
  const { variables } = closedSockets({ HOME: "/home/me" }, ["dbus", "tmux"]);
  assertEquals(variables, ["SSH_AUTH_SOCK", "SSH_AGENT_PID", "DOCKER_HOST", "CONTAINER_HOST"]);
});

Deno.test("seatbeltProfile() forbids writing, then allows folders, then keeps what is in them", () => {
  const walls = { writable: ['/code/"a"'], kept: ["/code/a/.git"], temporary: "/run/t" };
  const profile = seatbeltProfile(walls, { files: ["/tmp/agent"], folders: [] }).split("\n");
  const at = (line: string) => {
    assert(profile.includes(line), `${line} in\n${profile.join("\n")}`);
    return profile.indexOf(line);
  };
  assertEquals(at("(version 1)"), 0);
  const order = [
    at("(deny file-write*)"),
    at('(allow file-write* (subpath "/code/\\"a\\""))'),
    at('(deny file-write* (subpath "/code/a/.git"))'),
  ];
  assertEquals(order, order.toSorted((one, other) => one - other));
  at('(allow file-write* (subpath "/run/t"))');
  at('(deny network-outbound (remote unix-socket (subpath "/tmp/agent")))');
});

Deno.test("cachesOf() finds caches where variables put them, and in their usual places", () => {
  const paths = cachesOf({
    HOME: "/home/me",
    CARGO_HOME: "/opt/cargo",
    GOPATH: "/go:/other",
    PIP_CACHE_DIR: "/var/pip",
  }).map(({ path }) => path);
  for (
    const path of ["/home/me/.npm", "/opt/cargo", "/home/me/.cargo", "/go/pkg/mod", "/var/pip"]
  ) {
    assert(paths.includes(path), path);
  }
  assertMatch(paths.join("\n"), /^\/home\/me\/\.cache$/m);
});
