import fc from "fast-check";
import { parseRemoteUrl, withoutCredentials } from "../../src/github/remote.ts";
import { assertEquals } from "../support/assert.ts";

const ON_GITHUB = [
  "https://github.com/o/r.git",
  "https://github.com/o/r",
  "https://github.com/o/r/",
  "http://github.com/o/r.git",
  "https://www.github.com/o/r.git",
  "https://GitHub.com/o/r.git",
  "https://user@github.com/o/r.git",
  "https://user:ghp_secret@github.com/o/r.git",
  "https://x-access-token:secret@github.com:443/o/r.git",
  "git://github.com/o/r.git",
  "ssh://git@github.com/o/r.git",
  "ssh://git@github.com:22/o/r.git",
  "ssh://git@ssh.github.com:443/o/r.git",
  "git+ssh://git@github.com/o/r.git",
  "git@github.com:o/r.git",
  "git@github.com:/o/r.git",
  "github.com:o/r",
];

for (const url of ON_GITHUB) {
  Deno.test(`parseRemoteUrl() finds o/r in ${url}`, () => {
    assertEquals(parseRemoteUrl(url), { host: "github.com", owner: "o", name: "r" });
  });
}

const ELSEWHERE = [
  "/srv/git/o/r.git",
  "../r.git",
  "C:/code/r",
  "file:///srv/github.com/o/r.git",
  "https://gitlab.com/o/r.git",
  "https://example.org/github.com/o/r.git",
  "https://github.com.example.org/o/r.git",
  "https://notgithub.com/o/r.git",
  "https://github.com/o",
  "https://github.com/o/r/tree/main",
  "https://github.com/o/r;rm -rf/",
  "https://github.com/../r",
  "https://github.com/o/..",
  "git@github.com-work:o/r.git",
  "",
];

for (const url of ELSEWHERE) {
  Deno.test(`parseRemoteUrl() finds nothing in ${JSON.stringify(url)}`, () => {
    assertEquals(parseRemoteUrl(url), undefined);
  });
}

Deno.test("parseRemoteUrl() knows a company's own host and GitHub's tenants", () => {
  const own = { host: "git.example.org", owner: "o", name: "r" };
  assertEquals(parseRemoteUrl("git@git.example.org:o/r.git"), undefined);
  assertEquals(parseRemoteUrl("git@git.example.org:o/r.git", "git.example.org"), own);
  assertEquals(parseRemoteUrl("https://git.example.org/o/r", "Git.Example.org"), own);
  assertEquals(parseRemoteUrl("https://acme.ghe.com/o/r")?.host, "acme.ghe.com");
});

Deno.test("parseRemoteUrl() never throws, and its parts are safe in a path", () => {
  const url = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom(...ON_GITHUB), fc.string()).map((parts) => parts.join("")),
  );
  fc.assert(fc.property(url, (text) => {
    const found = parseRemoteUrl(text);
    if (found) {
      assertEquals(/^[\w-][\w.-]*\/(?!\.\.?$)[\w.-]+$/.test(`${found.owner}/${found.name}`), true);
    }
  }));
});

Deno.test("withoutCredentials() leaves a URL without its secret", () => {
  assertEquals(withoutCredentials("https://u:secret@github.com/o/r"), "https://github.com/o/r");
  assertEquals(withoutCredentials("ssh://git@github.com/o/r"), "ssh://github.com/o/r");
  assertEquals(withoutCredentials("git@github.com:o/r"), "git@github.com:o/r");
  assertEquals(withoutCredentials("/srv/a@b/r.git"), "/srv/a@b/r.git");
});
