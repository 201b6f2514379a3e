import { createHash } from "node:crypto";
import { targetOptions, type ServerShape } from "../src/server-shape.ts";
import { ticketKind } from "./ticket-kind.ts";

export const servers: ServerShape[] = [
  { name: "tickets", kinds: [ticketKind().kind], tools: ["read_ticket", "move_ticket"], options: targetOptions(undefined, [{ offUnless: "delete" }]) },
  { name: "mail-write", kinds: [], tools: ["send"], needs: ["credential", "budget", "approval"] },
];

/** SHA-256 of an API key. */
export const key = createHash("sha256").update("a key").digest("hex");

/** What a file begins with whose routes are the point. */
export const start = "version: 1\nprincipals: [ { id: me, stdio: true } ]\n";
