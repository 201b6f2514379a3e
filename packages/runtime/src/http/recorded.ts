import { shownReceipt } from "../answer.ts";
import { whoOf } from "../session.ts";
import type { About } from "./admitted.ts";
import type { InForce } from "./exchange.ts";
import type { Refused } from "./refused.ts";

/** Writes the record of a refused request, and makes the body that names it. */
export async function recorded({ guard }: InForce, { code, rule, message, rpc = -32600, id = null, data }: Refused, about: About): Promise<object> {
  const { caller, endpoint, protocol, client, bytes, tool } = about;
  const receipt = await guard.refuse({ transport: "http", endpoint, protocol, client, tool, code, rule, bytesIn: bytes }, whoOf(caller));
  const ours = receipt === undefined ? { code: "evidence.unavailable" } : { code, receipt: shownReceipt(receipt) };
  const told = typeof data === "object" ? { ...data, ...ours } : ours;
  return guard.scrub({ jsonrpc: "2.0", id, error: { code: rpc, message, data: told } });
}
