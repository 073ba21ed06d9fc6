import { TIMEOUTS } from "../domain/timeouts.ts";
import type { Emit } from "../domain/event.ts";
import { Failed, resultOf } from "../domain/failed.ts";
import type { Failure } from "../domain/failure.ts";
import type { Result } from "../domain/result.ts";
import type { Settings } from "../domain/settings.ts";
import type { Env } from "../exec/env.ts";
import { exists } from "../util/files.ts";
import type { Repository } from "../git/repository.ts";
import { type Tier, tiersOf } from "./advisers.ts";
import { applyRepair, type Wait } from "./apply.ts";
import { type Facts, readFacts } from "./facts.ts";
import { knownFix } from "./known_fixes.ts";
import { mayRecover, type Operation, outputOf, withTried } from "./operation.ts";
import { questionOf } from "./advice.ts";
import { type Action, describeRepair } from "./repair.ts";
import { secretsOf } from "./secrets.ts";
import { sleep } from "../util/backoff.ts";

/** Runs an operation, and recovers from its failure as far as that is safe. */
export type Recover = <T>(operation: Operation<T>) => Promise<T>;

/** What recovery works with. */
export interface RecoveryScope {
  repo: Repository;
  emit: Emit;
  settings: Pick<Settings, "recoveryModel" | "recoveryEscalate">;
  /** With the keys of the models, and the secrets to hide from them. */
  env: Env;
  /** Waits between attempts. */
  wait?: Wait;
  /** Timeout of an adviser's answer. */
  answerMs?: number;
}

/** Limit of repairs that are followed by a repetition of the operation. */
const ROUNDS = 3;
const SHOWN_OUTPUT = 200;

/**
 * Known fixes first, then a model, then a second opinion, then a person. The only proof of success is that
 * the operation succeeds when it is repeated.
 */
export function recovering(scope: RecoveryScope): Recover {
  const tiers = new Set(tiersOf(scope.settings, scope.env, scope.answerMs ?? TIMEOUTS.advice));
  return (operation) => new Recovery(scope, operation, tiers).run();
}

interface Proposal {
  tier: "known fix" | Tier["tier"];
  action: Action;
  /** Who proposes it, and why; absent for a known fix. */
  because?: string;
}

/** The recovery of one operation. */
class Recovery<T> {
  private readonly actions: Action[] = [];
  /** For the advisers, and finally for the person. */
  private readonly tried: string[] = [];
  private readonly unasked: Tier[];

  constructor(
    private readonly scope: RecoveryScope,
    private readonly operation: Operation<T>,
    /** Shared by the whole run; advisers that can never answer are removed. */
    private readonly tiers: Set<Tier>,
  ) {
    this.unasked = [...tiers];
  }

  async run(): Promise<T> {
    const { about, signal, run } = this.operation;
    let result = await resultOf(run);
    for (let rounds = 0; rounds < ROUNDS && !result.ok && !signal?.aborted;) {
      if (!mayRecover(result.failure)) break;
      const { failure } = result;
      const facts = await resultOf(() => readFacts(this.scope.repo, about, failure));
      if (!facts.ok) {
        this.tried.push(`look at the repository, which failed: ${firstLine(facts.failure)}`);
        break;
      }
      const proposal = await this.propose(facts.value);
      if (!proposal) break;
      const applied = await this.apply(proposal.action, facts.value);
      if (signal?.aborted) break;
      if (applied.ok) {
        rounds++;
        result = await resultOf(run);
      }
      this.tell(proposal, applied, result);
    }
    if (result.ok) return result.value;
    throw this.handOver(result.failure);
  }

  private async propose(facts: Facts): Promise<Proposal | undefined> {
    const circumstances = { tried: this.actions, now: Date.now(), random: Math.random() };
    const action = knownFix(facts, circumstances);
    if (action) return { tier: "known fix", action };
    // A failure without output was raised by parex itself, and is clear.
    if (facts.output === "") return undefined;
    for (let tier = this.unasked.shift(); tier; tier = this.unasked.shift()) {
      const proposal = await this.ask(tier, facts);
      if (proposal) return proposal;
    }
    return undefined;
  }

  private async ask(tier: Tier, facts: Facts): Promise<Proposal | undefined> {
    const { adviser: { name, ask } } = tier;
    const { what, signal } = this.operation;
    if (!this.tiers.has(tier)) return undefined;
    const step = (outcome: string) => this.emit(tier.tier, `ask ${name}`, outcome);
    const secrets = await resultOf(() => this.secrets());
    if (!secrets.ok) {
      step(`skipped: it is not clear what is secret here: ${firstLine(secrets.failure)}`);
      return undefined;
    }
    const context = { tried: this.tried, secrets: secrets.value, now: Date.now() };
    const advice = await ask(questionOf(what, facts, context), signal);
    if (!advice.ok) {
      if (advice.failure.lasting) this.tiers.delete(tier);
      step(`skipped: ${advice.failure.why}`);
      return undefined;
    }
    const { diagnosis, repair } = advice.value;
    if (repair.type === "give_up") {
      this.tried.push(`ask ${name}, which gave up: ${diagnosis} ${repair.why}`);
      step(`gave up: ${diagnosis} ${repair.why}`);
      return undefined;
    }
    return { tier: tier.tier, action: repair, because: `${name}: ${diagnosis}` };
  }

  private async secrets(): Promise<string[]> {
    const { worktree } = this.operation.about;
    const here = worktree !== undefined && exists(`${worktree}/.git`) ? [worktree] : [];
    return await secretsOf(this.scope.repo, here, this.scope.env);
  }

  private async apply(action: Action, facts: Facts): Promise<Result<void, string>> {
    this.actions.push(action);
    const { repo, wait = sleep } = this.scope;
    const { about, signal } = this.operation;
    return await applyRepair(repo, action, { about, facts, wait, signal });
  }

  private tell(proposal: Proposal, applied: Result<void, string>, result: Result<T>): void {
    const { tier, action, because } = proposal;
    const words = describeRepair(action) + (because === undefined ? "" : ` (${because})`);
    const outcome = !applied.ok
      ? `not done: ${applied.failure}`
      : result.ok
      ? "it worked"
      : `it failed again: ${firstLine(result.failure)}`;
    this.tried.push(`${words}; ${outcome}`);
    this.emit(tier, words, outcome);
  }

  private handOver(failure: Failure): Failed {
    if (this.tried.length === 0) return new Failed(failure);
    this.emit("person", "leave it to a person", "nothing more was done");
    return new Failed(withTried(failure, this.tried));
  }

  private emit(tier: string, action: string, outcome: string): void {
    this.scope.emit({ type: "recovery.step", what: this.operation.what, tier, action, outcome });
  }
}

function firstLine(failure: Failure): string {
  const line = outputOf(failure).trim().split("\n")[0] ?? "";
  return line === "" ? failure.reason : line.slice(0, SHOWN_OUTPUT);
}
