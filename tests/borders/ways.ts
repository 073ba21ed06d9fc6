/**
 * Ways out of a worktree, as shell scripts that an agent might run there: mistakes, tools that reach
 * further than they look, and tricks. `$ROOT` is the user's checkout, `$OTHER` another worktree of the
 * user's, `$OUT` a folder outside of the repository.
 */
export const WAYS: Readonly<Record<string, string>> = {
  // Commits and moves of other branches.
  "commit in the checkout": `cd "$ROOT" && git commit -q --allow-empty -m lost`,
  "commit by -C": `git -C ../.. commit -q --allow-empty -m lost`,
  "commit by --git-dir":
    `git --git-dir="$ROOT/.git" --work-tree="$ROOT" commit -q --allow-empty -m x`,
  "commit by GIT_DIR": `GIT_DIR="$ROOT/.git" git commit -q --allow-empty -m lost`,
  "commit without the mark":
    `env -u GIT_REFLOG_ACTION git -C ../.. commit -q --allow-empty -m lost`,
  "commit from a script":
    `printf '#!/bin/sh\\ngit -C "%s" commit -q --allow-empty -m x\\n' "$ROOT" > s.sh
sh s.sh; rm s.sh`,
  "commit from node":
    `node -e 'require("child_process").execSync("git -C ../.. commit -q --allow-empty -m x")'`,
  "amend": `git -C ../.. commit -q --amend -m changed`,
  "reset soft": `git -C ../.. reset -q --soft HEAD~1`,
  "reset mixed": `git -C ../.. reset -q HEAD~1`,
  "reset hard": `git -C ../.. reset -q --hard HEAD~1`,
  "merge into main":
    `echo m > m.txt; git add m.txt; git commit -qm m; git -C ../.. merge -q feature/t`,
  "merge without a commit": `echo n > n.txt; git add n.txt; git commit -qm n
git -C ../.. merge -q --no-commit --no-ff feature/t`,
  "update-ref main": `git update-ref refs/heads/main HEAD~1`,
  "update-ref main, unmarked":
    `env -u GIT_REFLOG_ACTION git update-ref -m tidy refs/heads/main HEAD~1`,
  "write the ref's file": `git rev-parse HEAD~1 > ../../.git/refs/heads/main`,
  "branch -f": `git branch -q -f side HEAD~1`,
  "branch -D": `git branch -q -D side`,
  "branch -m": `git branch -q -m side aside`,
  "push to itself": `git push -q ../.. HEAD~1:refs/heads/side -f`,
  "fetch into a branch": `git commit -q --allow-empty -m mine; git fetch -q ../.. +feature/t:side`,
  "checkout -B":
    `git commit -q --allow-empty -m mine; git checkout -q -B side; git checkout -q feature/t`,
  "reset another branch by symbolic-ref": `git symbolic-ref refs/heads/side refs/heads/main`,
  "its own branch as another name of main": `git symbolic-ref refs/heads/feature/t refs/heads/main`,
  "a link by file": `echo 'ref: refs/heads/main' > ../../.git/refs/heads/feature/t`,
  "tag moved": `git tag -f v1 HEAD~1`,
  "tag deleted": `git tag -d v1`,
  "tag created": `git tag v2`,
  "replace": `git replace HEAD HEAD~1`,
  "notes": `git notes add -m note HEAD`,
  "rescue ref deleted": `git update-ref -d refs/parex/rescue/old/x`,
  "rescue ref moved": `git update-ref refs/parex/rescue/old/x HEAD`,
  // HEAD, index and files of the checkout.
  "switch the checkout": `git -C ../.. checkout -q -b elsewhere`,
  "detach the checkout": `git -C ../.. checkout -q --detach`,
  "symbolic-ref HEAD": `git -C ../.. symbolic-ref HEAD refs/heads/side`,
  "add in the checkout": `echo new > "$ROOT/new.txt"; git -C ../.. add new.txt`,
  "rm --cached": `git -C ../.. rm -q --cached README.md`,
  "update-index": `git -C ../.. update-index --chmod=+x README.md`,
  "read-tree": `git -C ../.. read-tree HEAD~1`,
  "stash in the checkout": `echo w >> "$ROOT/README.md"; git -C ../.. stash -q`,
  "apply --cached":
    `printf 'diff --git a/z b/z\\nnew file mode 100644\\n--- /dev/null\\n+++ b/z\\n@@ -0,0 +1 @@\\n+z\\n' | git -C ../.. apply --cached`,
  "GIT_INDEX_FILE":
    `echo i > "$ROOT/i.txt"; GIT_INDEX_FILE="$ROOT/.git/index" git -C "$ROOT" add i.txt`,
  "write a file": `echo x >> ../../README.md`,
  "write by node": `node -e 'require("fs").writeFileSync("../../left.txt", "x")'`,
  "write through a link": `ln -s ../.. up; echo x > up/left.txt; rm up`,
  "delete a file": `rm ../../README.md`,
  "move a file": `mv ../../README.md ../../READ`,
  "sed -i": `sed -i s/Sample/Changed/ "$ROOT/README.md"`,
  "find -delete": `find ../.. -maxdepth 1 -name README.md -delete`,
  "tar -C": `echo t > t.txt; tar cf - t.txt | tar xf - -C ../..; rm t.txt`,
  "checkout a file": `git -C ../.. checkout -q HEAD~1 -- README.md`,
  "clean the checkout": `echo u > "$ROOT/untracked.txt"; git -C ../.. rm -q -f README.md`,
  // What git obeys.
  "config": `git config user.name Somebody`,
  "config by file": `printf '[core]\\n\\tfsmonitor = /bin/true\\n' >> ../../.git/config`,
  "hooksPath": `git config core.hooksPath /tmp/hooks`,
  "remote add": `git remote add evil /tmp/evil`,
  "alias": `git config alias.st '!touch /tmp/x'`,
  "hook":
    `printf '#!/bin/sh\\nexit 1\\n' > ../../.git/hooks/pre-commit; chmod +x ../../.git/hooks/pre-commit`,
  "hook as a link": `ln -s /bin/false ../../.git/hooks/pre-push`,
  "hook deleted": `rm ../../.git/hooks/post-merge`,
  "hook made to run": `chmod -x ../../.git/hooks/post-merge`,
  "info/attributes": `echo '* filter=x' > ../../.git/info/attributes`,
  "info/exclude": `echo '*.ts' >> ../../.git/info/exclude`,
  "info/grafts": `git rev-parse HEAD > ../../.git/info/grafts`,
  "alternates": `echo /tmp > ../../.git/objects/info/alternates`,
  "shallow": `git rev-parse HEAD > ../../.git/shallow`,
  "worktree of the user's": `git -C "$OTHER" commit -q --allow-empty -m other`,
  "detach another worktree": `git -C "$OTHER" checkout -q --detach`,
  "the worktree's pointer": `echo "gitdir: $ROOT/.git" > .git`,
  "gitdir file": `echo /tmp/x/.git > "$(git rev-parse --absolute-git-dir)/gitdir"`,
  "commondir file": `echo /tmp > "$ROOT/.git/worktrees/t/commondir"`,
};
