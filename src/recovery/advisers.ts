import type { Settings } from "../domain/settings.ts";
import type { Env } from "../exec/env.ts";
import { copilotAdviser } from "./copilot.ts";
import { modelAdviser } from "./model.ts";
import type { Adviser } from "./advice.ts";

/** An adviser with its place in the order of asking. */
export interface Tier {
  tier: "model" | "second opinion";
  adviser: Adviser;
}

const SECOND_MODEL = "claude-sonnet-5-5";

/** The advisers that the settings enable, the cheapest first. */
export function tiersOf(
  settings: Pick<Settings, "recoveryModel" | "recoveryEscalate">,
  env: Env,
  answerMs: number,
): Tier[] {
  const { recoveryModel, recoveryEscalate } = settings;
  const tiers: Tier[] = [];
  if (recoveryModel !== "none") {
    tiers.push({ tier: "model", adviser: modelAdviser(recoveryModel, env, answerMs) });
  }
  if (recoveryEscalate !== "none") {
    const adviser = recoveryEscalate === "copilot"
      ? copilotAdviser(env, answerMs)
      : modelAdviser(SECOND_MODEL, env, answerMs);
    tiers.push({ tier: "second opinion", adviser });
  }
  return tiers;
}
