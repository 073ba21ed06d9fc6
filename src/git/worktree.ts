import { join } from "node:path";
import { STATE_DIR } from "../domain/names.ts";
import type { Env } from "../exec/env.ts";
import { exists } from "../util/files.ts";
import { Git } from "./git.ts";
import { gitDirOf, headOf } from "./head.ts";
import type { Repository } from "./repository.ts";

/** A worktree that parex creates: a task's, or one for landing. */
export class Worktree extends Git {
  constructor(
    readonly repo: Repository,
    /** The task's id, which is also the name of its folder. */
    readonly task: string,
    path: string = repo.placeOf(task),
  ) {
    super(path);
  }

  get branch(): string {
    return this.repo.branchOf(this.task);
  }

  /**
   * Its own folder in the repository's git directory, absolute; removed with the worktree. Read from its
   * `.git` file, see gitrepository-layout(5). Fails if a repository has replaced that file.
   */
  get gitDir(): string {
    return gitDirOf(this.path);
  }

  /** The commit of its HEAD; undefined: there is none yet. */
  async head(): Promise<string | undefined> {
    return (await headOf(this.path, this.repo.refs)).sha;
  }

  /** parex's own notes on it, where agents cannot write and cannot place links. */
  get notes(): string {
    return join(this.repo.commonDir, STATE_DIR, "worktrees", this.task);
  }

  /** The exclude file that keeps copied files and files of setup and checks out of every commit. */
  get excludes(): string {
    return join(this.notes, "excludes");
  }

  /**
   * Makes every git use that file, once it exists. git looks into repositories that an agent made here, whose
   * settings may name a program for `core.fsmonitor`.
   */
  override get config(): Env {
    const { excludes } = this;
    const own = { "core.fsmonitor": "false" };
    return exists(excludes) ? { ...own, "core.excludesFile": excludes } : own;
  }
}
