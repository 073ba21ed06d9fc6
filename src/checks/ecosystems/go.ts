import type { Detected, Project } from "../project.ts";

/** Go: its own test runner and vet. */
export function go(project: Project): Detected | undefined {
  if (!project.has("go.mod")) return undefined;
  return { from: "go.mod", commands: { test: "go test ./...", lint: "go vet ./..." } };
}
