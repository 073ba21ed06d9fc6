import { z } from "zod";
import { fail, ok, type Result } from "../domain/result.ts";
import { api, type Gh } from "./gh.ts";
import { nameOf } from "./remote.ts";

const REPOSITORY = z.object({
  archived: z.boolean().default(false),
  permissions: z.object({ push: z.boolean() }).optional(),
});

/** Whether gh is installed, logged in, and may write to the repository. */
export async function checkAccess(gh: Gh): Promise<Result<void>> {
  const request = { doing: `look at ${nameOf(gh.repository)} on GitHub`, path: "" };
  const found = await api(gh, request, REPOSITORY);
  const denied = (detail: string) =>
    fail({ reason: "github_denied" as const, repository: nameOf(gh.repository), detail });
  if (!found.ok) {
    const { failure } = found;
    const hidden = failure.reason === "github_failed" &&
      (failure.status === 403 || failure.status === 404);
    return hidden ? denied(failure.detail) : found;
  }
  const { archived, permissions } = found.value;
  if (archived) return denied("it is archived: nobody can change it");
  // Tokens of apps are not told what they may do.
  if (permissions?.push === false) return denied("it may read there, but not push");
  return ok();
}
