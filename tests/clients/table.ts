import { needs } from "../support/needs.ts";
import { findClient } from "../support/models/clients.ts";
import { CASES } from "./cases.ts";
import type { ClientId } from "./client.ts";

/** Plays the table's cases with a client. */
export function playTable(client: ClientId): void {
  for (const { name, play } of CASES) {
    const needed = needs(client, findClient(client));
    Deno.test({ name: `${client} ${name}`, ...needed, fn: () => play(client) });
  }
}
