import { playTable } from "./table.ts";

playTable("claude-oldest");
