import { z } from "zod";
import { Failed, resultOf } from "../domain/failed.ts";
import { api, type Gh } from "./gh.ts";
import { nameOf } from "./remote.ts";

const REPOSITORY = z.object({
  archived: z.boolean().default(false),
  permissions: z.object({ push: z.boolean() }).optional(),
});

/** Whether gh is installed, logged in, and may push to the repository, or at least read it. */
export async function checkAccess(gh: Gh, wanted: "push" | "read"): Promise<void> {
  const request = { doing: `look at ${nameOf(gh.repository)} on GitHub`, path: "" };
  const found = await resultOf(() => api(gh, request, REPOSITORY));
  const denied = (detail: string) =>
    new Failed({ reason: "github_denied", repository: nameOf(gh.repository), detail });
  if (!found.ok) {
    const { failure } = found;
    if (failure.reason !== "github_failed") throw new Failed(failure);
    const hidden = failure.status === 403 || failure.status === 404;
    throw hidden ? denied(failure.detail) : new Failed(failure);
  }
  const { archived, permissions } = found.value;
  if (archived) throw denied("it is archived: nobody can change it");
  // GitHub does not tell tokens of apps their permissions.
  if (wanted === "push" && permissions?.push === false) {
    throw denied("it may read there, but not push");
  }
}
