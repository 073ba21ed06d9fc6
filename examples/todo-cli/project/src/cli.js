#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const [name = "", ...args] = process.argv.slice(2);
const module = new URL(`./commands/${name}.js`, import.meta.url);

if (!/^[a-z]+$/.test(name) || !existsSync(module)) {
  console.error("usage: todo <command> [arguments]");
  process.exit(2);
}

const file = process.env.TODO_FILE ?? "todos.json";
const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const today = new Date().toISOString().slice(0, 10);

try {
  const { run } = await import(module);
  const { todos, lines } = run({ todos: before, args, today });
  if (todos !== before) writeFileSync(file, JSON.stringify(todos, null, 2));
  for (const line of lines) console.log(line);
} catch (error) {
  console.error(`todo: ${error.message}`);
  process.exitCode = 1;
}
