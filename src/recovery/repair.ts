import { z } from "zod";

/** All repairs of a failed operation; an adviser can propose no others. */
export const REPAIR = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("remove_stale_lock").describe("one of the locks listed, whose owner is gone"),
    path: z.string().max(4096),
  }),
  z.strictObject({
    type: z.literal("prune_worktree").describe("forget a registered worktree whose folder is gone"),
    path: z.string().max(4096),
  }),
  z.strictObject({
    type: z.literal("repair_worktree")
      .describe("connect a worktree's folder and the repository again after one was moved"),
    path: z.string().max(4096),
  }),
  z.strictObject({
    type: z.literal("fetch_and_retry")
      .describe("see what the remote's branch holds, and push again if nothing of it is lost"),
  }),
  z.strictObject({
    type: z.literal("set_upstream").describe("let the branch track the remote's of the same name"),
  }),
  z.strictObject({
    type: z.literal("retry_after").describe("wait, at most 60 seconds, and do the same again"),
    seconds: z.number().min(0).max(60),
  }),
  z.strictObject({
    type: z.literal("give_up").describe("only a person can decide what to do"),
    why: z.string().max(500),
  }),
]);

export type Repair = z.infer<typeof REPAIR>;

/** A repair that can be applied, so not `give_up`. */
export type Action = Exclude<Repair, { type: "give_up" }>;

/** A repair in words, without a subject: "remove the lock …". */
export function describeRepair(repair: Action): string {
  switch (repair.type) {
    case "remove_stale_lock":
      return `remove the stale lock ${repair.path}`;
    case "prune_worktree":
      return `take the missing worktree ${repair.path} off git's list`;
    case "repair_worktree":
      return `repair the worktree ${repair.path}`;
    case "fetch_and_retry":
      return "look at the remote's branch, then try again";
    case "set_upstream":
      return "set the upstream";
    case "retry_after":
      return `try again after ${repair.seconds.toFixed(1)}s`;
  }
}
