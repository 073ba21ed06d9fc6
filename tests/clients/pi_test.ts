import { playTable } from "./table.ts";

playTable("pi");
