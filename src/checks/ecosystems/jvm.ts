import type { Detected, Project } from "../project.ts";

/** Maven: the project's own wrapper if there is one. */
export function maven(project: Project): Detected | undefined {
  if (!project.has("pom.xml")) return undefined;
  const program = project.has("mvnw") ? "./mvnw" : "mvn";
  return { from: "pom.xml", commands: { test: `${program} -q -B test` } };
}

const GRADLE = ["build.gradle.kts", "build.gradle", "settings.gradle.kts", "settings.gradle"];

/** Gradle: the project's own wrapper if there is one; without the daemon, which would outlive it. */
export function gradle(project: Project): Detected | undefined {
  const from = GRADLE.find(project.has);
  if (!from) return undefined;
  const program = project.has("gradlew") ? "./gradlew" : "gradle";
  return { from, commands: { test: `${program} --no-daemon --console=plain test` } };
}
