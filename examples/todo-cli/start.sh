#!/bin/sh
# start.sh FOLDER: makes a repository there with the sample project and the plan for it.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ $# -ne 1 ]; then
  echo "usage: start.sh FOLDER" >&2
  exit 2
fi
if [ -e "$1" ]; then
  echo "start.sh: $1 exists already" >&2
  exit 2
fi

mkdir -p -- "$1"
cd -- "$1"
cp -R "$here/project/." .
mkdir -p .parallel/plans
cp -R "$here/plan.yaml" "$here/tasks" .parallel/plans/

git init --quiet --initial-branch=main
git config user.name >/dev/null || git config user.name "todo-cli example"
git config user.email >/dev/null || git config user.email "todo-cli@example.invalid"
git add --all
git commit --quiet -m "feat: add and list todos"

cat <<END
Ready. Now either

  cd '$PWD' && parex execute --agent claude

or, without a model,

  cd '$PWD' && parex execute --agent command --agent-command 'sh "$here/agent.sh"'
END
