import type { ClientId } from "./client.ts";

export const REPAIR = "repairs a failed check in the same conversation, with correct token counts";
export const CRASH = "continues its conversation after parex was killed, with correct token counts";

/** Cases that a client passes, except that its tokens are not counted, and why. */
export const UNCOUNTED: { readonly [K in ClientId]?: Readonly<Record<string, string>> } = {
  copilot: {
    [REPAIR]: "it reports tokens only for GitHub's models",
    [CRASH]: "it reports tokens only for GitHub's models",
  },
  gemini: { [CRASH]: "it reports tokens only at its end" },
  "claude-oldest": { [CRASH]: "before 2.1.300 it reports output tokens only at its end" },
};
