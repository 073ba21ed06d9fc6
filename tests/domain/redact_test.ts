import fc from "fast-check";
import { redact } from "../../src/domain/redact.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** Characters of the secrets, and others for the text around them. */
const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const body = (min: number, max = 60) =>
  fc.string({ unit: fc.constantFrom(...WORD), minLength: min, maxLength: max });
const prose = fc.string({
  unit: fc.constantFrom(..." \n.,:;'\"-=/@!äß†".split("")),
  maxLength: 40,
});

/** A text with a secret in it, and the part of it that nobody may see. */
const SHAPES: Record<string, fc.Arbitrary<{ text: string; secret: string }>> = {
  "GitHub's tokens": fc.tuple(fc.constantFrom("ghp", "gho", "ghu", "ghs", "ghr"), body(36))
    .map(([kind, rest]) => ({ text: `${kind}_${rest}`, secret: rest })),
  "GitHub's fine-grained tokens": body(60, 90)
    .map((rest) => ({ text: `github_pat_${rest}`, secret: rest })),
  "Anthropic's keys": body(40, 90)
    .map((rest) => ({ text: `sk-ant-api03-${rest}`, secret: rest })),
  "AWS's key ids": fc.string({ unit: fc.constantFrom(..."ABCDEFGHIJ234567"), minLength: 16 })
    .map((rest) => ({ text: `AKIA${rest.slice(0, 16)}`, secret: rest.slice(0, 16) })),
  "bearer tokens": body(10).map((secret) => ({ text: `Bearer ${secret}`, secret })),
  "JSON web tokens": fc.tuple(body(10), body(10), body(10))
    .map(([a, b, c]) => ({ text: `eyJ${a}.eyJ${b}.${c}`, secret: b })),
  "URLs with credentials": fc.tuple(body(4), body(8))
    .map(([user, secret]) => ({ text: `https://${user}:${secret}@example.org/a.git`, secret })),
  "URLs with a token for a user": body(8)
    .map((secret) => ({ text: `https://${secret}@example.org/a.git`, secret })),
  "assignments": fc.tuple(
    fc.constantFrom("DB_PASSWORD=", "api_key: ", '"client_secret":"'),
    body(8),
  )
    .map(([name, secret]) => ({ text: name + secret, secret })),
  "private keys": fc.array(body(64, 64), { minLength: 1, maxLength: 5 }).map((lines) => ({
    text: `-----BEGIN RSA PRIVATE KEY-----\n${lines.join("\n")}\n-----END RSA PRIVATE KEY-----`,
    secret: lines[0] ?? "",
  })),
};

for (const [name, shape] of Object.entries(SHAPES)) {
  Deno.test(`redact() leaves nothing of ${name}, whatever is around them`, () => {
    fc.assert(fc.property(prose, shape, prose, (before, { text, secret }, after) => {
      assert(!redact(`${before} ${text} ${after}`).includes(secret));
    }));
  });
}

Deno.test("redact() leaves no known value, also where two of them overlap", () => {
  const known = fc.array(body(4, 12), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(known, fc.array(prose), (secrets, texts) => {
    const text = texts.flatMap((one, index) => [one, secrets[index % secrets.length]]).join("");
    const redacted = redact(text, secrets);
    for (const secret of secrets) assert(!redacted.includes(secret), redacted);
  }));
  assertEquals(redact("say abcdef!", ["abcd", "cdef"]), "say ***!");
});

Deno.test("redact() leaves a key none of whose ends is there", () => {
  assertEquals(
    redact("c2VjcmV0\nbW9yZQ==\n-----END PRIVATE KEY-----\nfatal: no"),
    "***-----END PRIVATE KEY-----\nfatal: no",
  );
  assertEquals(
    redact("bad: -----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0"),
    "bad: -----BEGIN OPENSSH PRIVATE KEY-----***",
  );
});

Deno.test("redact() keeps what a diagnosis needs", () => {
  const output = [
    "fatal: Unable to create '/home/ada/repo/.git/worktrees/task-1/index.lock': File exists.",
    "remote: Support for password authentication was removed on August 13, 2021.",
    " ! [rejected]        feature/task-1 -> feature/task-1 (non-fast-forward)",
    "ssh: connect to host github.com port 22: Connection timed out",
    "To https://github.com/ada/repo.git, commit 3f786850e387550fdab836ed7e6dc881de23001b",
  ].join("\n");
  assertEquals(redact(output), output);
  assertEquals(
    redact("fatal: unable to access 'https://ada:hunter2@example.org/repo.git/': 403"),
    "fatal: unable to access 'https://***@example.org/repo.git/': 403",
  );
});

Deno.test("redact() comes to its end with any hostile text of the size that it is given", () => {
  for (const piece of ["://", "a.", "eyJ-", "token", "-----BEGIN ", "sk-", " \t", "x@"]) {
    redact(piece.repeat(64_000 / piece.length));
  }
});
