import { playTable } from "./table.ts";

playTable("copilot");
