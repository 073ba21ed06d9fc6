import { playTable } from "./table.ts";

playTable("opencode");
