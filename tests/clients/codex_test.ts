import { playTable } from "./table.ts";

playTable("codex");
