#!/bin/sh
# The smallest agent for `--agent command`: it copies what is already written in solutions/.
# A real one would read the prompt on stdin and do what it says.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cat >/dev/null

echo "Doing $PAREX_TASK_ID, attempt $PAREX_ATTEMPT"
cp -R "$here/solutions/$PAREX_TASK_ID/." "$PAREX_WORKTREE"

cd -- "$PAREX_WORKTREE"
title=$(sed -n 's/^# //p' "$PAREX_TASK_FILE" | head -n 1)
git add --all
git diff --cached --quiet || git commit --quiet -m "feat: $title

Implements: $PAREX_TASK_ID"
