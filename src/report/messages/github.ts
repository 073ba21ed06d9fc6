import type { GitHubFailure } from "../../domain/failure.ts";
import { namesOf } from "../layout.ts";
import { shellWord } from "../escape.ts";
import { type About, type Explanation, linesOf, retry } from "./explanation.ts";

const WITHOUT = "or keep the work on its branches: parex execute --land none";

function severalRemotes(remotes: readonly string[]): Explanation {
  const [first = ""] = remotes;
  return {
    message: `this repository has the remotes ${namesOf(remotes)}, and none of them is chosen`,
    details: ["None is called origin, and the base tracks none of them."],
    next: [`choose where to push: git config remote.pushDefault ${shellWord(first)}`, WITHOUT],
  };
}

/** GitHub, gh or the way to them is not ready, or failed. */
export function explainGitHub(failure: GitHubFailure, about: About): Explanation {
  switch (failure.reason) {
    case "no_remote":
      if (failure.remotes?.length) return severalRemotes(failure.remotes);
      return {
        message:
          `this repository has no remote, so there is nowhere to open pull requests: ${failure.root}`,
        details: [],
        next: ["add one: git remote add origin <url>", WITHOUT],
      };
    case "remote_not_github":
      return {
        message: `the remote ${failure.remote} is not on GitHub: ${failure.url}`,
        details: ["If you run GitHub Enterprise, set GH_HOST to its host."],
        next: ["list the remotes: git remote -v", WITHOUT],
      };
    case "gh_missing":
      return {
        message: "gh (the GitHub CLI) is not installed or not on the PATH",
        details: [],
        next: ["install gh, then check: gh --version", WITHOUT],
      };
    case "gh_logged_out":
      return {
        message: `gh is not logged in at ${failure.host}`,
        details: linesOf(failure.detail),
        next: [`log in: gh auth login --hostname ${shellWord(failure.host)}`, WITHOUT],
      };
    case "github_denied":
      return {
        message: `the account of gh may not open pull requests in ${failure.repository}`,
        details: linesOf(failure.detail),
        next: ["see which account it is: gh auth status", WITHOUT],
      };
    case "github_failed":
      return {
        message: `cannot ${failure.doing}` +
          (failure.status === undefined ? "" : `: GitHub answered ${failure.status}`),
        details: linesOf(failure.detail),
        next: ["check that gh works: gh auth status", `then: ${again(about)}`],
      };
    case "pull_request_failed":
      return {
        message: `cannot open a pull request from ${failure.branch} to ${failure.base}`,
        details: linesOf(failure.detail),
        next: [`fix what GitHub reports, then: ${again(about)}`],
      };
    case "pull_request_closed":
      return {
        message: `its pull request was closed without being merged: ${failure.url}`,
        details: [],
        next: [`to reopen it: gh pr reopen ${failure.number}, then: ${again(about)}`],
      };
  }
}

function again(about: About): string {
  return about.task === undefined ? "parex prs" : retry(about);
}
