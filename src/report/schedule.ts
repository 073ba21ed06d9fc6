import { createColors } from "picocolors";
import type { ScheduledTask } from "../domain/schedule.ts";
import { oneLine } from "./escape.ts";
import { fit, widest, wrap } from "./layout.ts";

export interface ScheduleView {
  plan: { name: string };
  base: string;
  jobs: number;
  agent: string;
  model: string;
  checks: { name: string; command: string; from: string }[];
  tasks: ScheduledTask[];
  skipped: string[];
  warnings: string[];
}
