/** The documented formats are the real ones: schemas, types, documents and what parex prints. */
import type { z } from "zod";
import type { CleanupPlan } from "../../src/domain/cleanup.ts";
import type { Schedule } from "../../src/domain/dry_run.ts";
import type { RunEvent } from "../../src/domain/event.ts";
import type { TaskIssueOutcome } from "../../src/domain/task_issue.ts";
import type { PullRequestOutcome } from "../../src/domain/pull_request.ts";
import type { CleanupDone } from "../../src/report/commands/cleanup.ts";
import type { FindingReport } from "../../src/report/commands/doctor.ts";
import type { Imported } from "../../src/report/commands/import.ts";
import type { PlannedReport } from "../../src/report/commands/plan.ts";
import type { RescueEntry, RestoredWork } from "../../src/report/commands/rescue.ts";
import type { PlanCheck } from "../../src/report/commands/validate.ts";
import type { FailureReport } from "../../src/report/messages/explain.ts";
import type { StatusReport } from "../../src/report/run/status.ts";
import type { Summary } from "../../src/report/run/summary.ts";
import { assertEquals } from "../support/assert.ts";
import { documents } from "./documents.ts";
import type { eventSchema } from "./events.ts";
import type * as outputs from "./outputs.ts";
import { type Same, same } from "./same_type.ts";

type Output<Name extends keyof typeof outputs> = z.output<
  Extract<(typeof outputs)[Name], z.ZodType>
>;

type Finding = Output<"doctor">["findings"][number];

same<Same<z.output<typeof eventSchema>, RunEvent>>();
same<Same<Output<"error">, FailureReport>>();
same<Same<Output<"taskStatus">, StatusReport>>();
same<Same<Output<"report">, Summary>>();
same<Same<Output<"imported">, Imported>>();
same<Same<Output<"planned">, PlannedReport>>();
same<Same<Output<"validate">, PlanCheck>>();
same<Same<Omit<Finding, "code">, Omit<FindingReport, "code">>>();
same<Same<Output<"dryRun">, Schedule>>();
same<Same<Output<"prs">["pull_requests"][number], PullRequestOutcome>>();
same<Same<Output<"issues">["issues"][number], TaskIssueOutcome>>();
same<Same<Output<"cleanupPlan">, CleanupPlan>>();
same<Same<Output<"cleanup">, CleanupDone>>();
same<Same<Output<"rescueList">["rescues"][number], RescueEntry>>();
same<Same<Output<"rescueRestore">, RestoredWork>>();

Deno.test("docs/events.md and docs/schemas are made from the schemas", async () => {
  for (const { file, content } of await documents()) {
    const current = await Deno.readTextFile(file).catch(() => "missing");
    assertEquals(current, content, `${file.pathname}: write it anew with deno task schemas`);
  }
});
