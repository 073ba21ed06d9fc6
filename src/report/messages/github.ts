import type { GitHubFailure } from "../../domain/failure.ts";
import { shellWord } from "../escape.ts";
import { type About, type Explanation, linesOf, retry } from "./explanation.ts";

const WITHOUT = "or leave the work on its branches: parex execute --land none";

/** GitHub, gh or the way to them is not ready, or failed. */
export function explainGitHub(failure: GitHubFailure, about: About): Explanation {
  switch (failure.reason) {
    case "no_remote":
      return {
        message: `this repository has no remote to open pull requests at: ${failure.root}`,
        details: [],
        next: ["add it: git remote add origin <url>", WITHOUT],
      };
    case "remote_not_github":
      return {
        message: `the remote ${failure.remote} is not on GitHub: ${failure.url}`,
        details: ["A host of your own that runs GitHub is known by the variable GH_HOST."],
        next: ["see the remotes: git remote -v", WITHOUT],
      };
    case "gh_missing":
      return {
        message: "gh, the command line of GitHub, is not installed, or not on the PATH",
        details: [],
        next: ["install gh, then see: gh --version", WITHOUT],
      };
    case "gh_logged_out":
      return {
        message: `gh is not logged in at ${failure.host}`,
        details: linesOf(failure.detail),
        next: [`log in: gh auth login --hostname ${shellWord(failure.host)}`, WITHOUT],
      };
    case "github_denied":
      return {
        message: `gh's account cannot open pull requests at ${failure.repository}`,
        details: linesOf(failure.detail),
        next: ["see whose account that is: gh auth status", WITHOUT],
      };
    case "github_failed":
      return {
        message: `could not ${failure.doing}` +
          (failure.status === undefined ? "" : `: GitHub answered ${failure.status}`),
        details: linesOf(failure.detail),
        next: ["see whether gh works: gh auth status", `then: ${again(about)}`],
      };
    case "pull_request_failed":
      return {
        message: `no pull request could be opened from ${failure.branch} to ${failure.base}`,
        details: linesOf(failure.detail),
        next: [`correct what GitHub says, then: ${again(about)}`],
      };
    case "pull_request_closed":
      return {
        message: `its pull request was closed and not merged: ${failure.url}`,
        details: [],
        next: [`if it is wanted after all: gh pr reopen ${failure.number}, then: ${again(about)}`],
      };
  }
}

function again(about: About): string {
  return about.task === undefined ? "parex prs" : retry(about);
}
