import { createHash } from "node:crypto";
import type { CheckCommand, FoundChecks } from "../../checks/find.ts";
import type { Settings } from "../../domain/settings.ts";
import type { TaskId } from "../../domain/task.ts";
import { programOnPath } from "../../exec/which.ts";
import { filesToCopy } from "../../git/copy.ts";
import type { Repository } from "../../git/repository.ts";
import { type CheckedState, EvidenceStore, type Passed } from "../../journal/evidence.ts";
import { stampOf } from "../../util/files.ts";

/** Which checks have passed on which trees. */
export class Evidence {
  readonly #store: EvidenceStore;
  #copied: Promise<string> | undefined;

  constructor(
    private readonly repo: Repository,
    private readonly run: string,
    private readonly settings: Pick<Settings, "copy" | "env">,
  ) {
    this.#store = new EvidenceStore(repo.commonDir);
  }

  /** Where this check has passed on this tree; undefined: nowhere. */
  async find(tree: string, check: CheckCommand, found: FoundChecks): Promise<Passed | undefined> {
    return await this.#store.find(await this.#stateOf(tree, check, found));
  }

  /** Records that parex itself saw the check pass on the tree. */
  async keep(
    tree: string,
    check: CheckCommand,
    found: FoundChecks,
    task: TaskId | undefined,
  ): Promise<void> {
    await this.#store.keep(await this.#stateOf(tree, check, found), { run: this.run, task });
  }

  async #stateOf(
    tree: string,
    { command }: CheckCommand,
    { setup }: FoundChecks,
  ): Promise<CheckedState> {
    this.#copied ??= this.#copiedFiles();
    const { env } = this.settings;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`).sort();
    const commands = setup ? [setup.command, command] : [command];
    const around = [
      setup?.command ?? "",
      await this.#copied,
      ...variables,
      ...programsOf(commands),
    ];
    return { tree, command, around };
  }

  /**
   * The uncommitted files that worktrees get from the main checkout, as they were when the run began to
   * check.
   */
  async #copiedFiles(): Promise<string> {
    const files = await filesToCopy(this.repo, this.settings.copy);
    const stamps = files.map((path) => `${path} ${stampOf(`${this.repo.root}/${path}`)}`);
    return createHash("sha256").update(stamps.sort().join("\n")).digest("hex");
  }
}

/** The programs on the PATH that the shell commands name, with the time of their last change. */
function programsOf(commands: readonly string[]): string[] {
  const words = commands.flatMap((command) => command.split(/[\s;&|()'"`$]+/));
  return [...new Set(words)].sort().flatMap((word) => {
    const path = /^[\w.+-]+$/.test(word) ? programOnPath(word) : undefined;
    return path === undefined ? [] : [`${path} ${stampOf(path)}`];
  });
}
