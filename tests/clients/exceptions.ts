import type { ClientId } from "./client.ts";

export const REPAIR = "repairs what a check found, in the same conversation, and counts right";
export const CRASH = "continues its conversation after parex was killed, and counts right";

type ByCase = { readonly [K in ClientId]?: Readonly<Record<string, string>> };

/** Cases that a client cannot pass, and why. */
export const EXCEPTIONS: ByCase = {};

/** Cases that a client passes, but for the count of its tokens. */
export const UNCOUNTED: ByCase = {
  copilot: {
    [REPAIR]: "it tells no tokens of a provider of one's own, and only what is written of GitHub's",
    [CRASH]: "it tells no tokens of a provider of one's own, and only what is written of GitHub's",
  },
  gemini: { [CRASH]: "it tells tokens at its end only" },
  "claude-oldest": { [CRASH]: "before 2.1.300 it tells what it wrote at its end only" },
};
