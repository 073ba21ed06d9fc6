import { playTable } from "./table.ts";

playTable("gemini");
