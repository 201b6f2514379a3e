import type { Committed } from "@postern/policy";
import type { Receipt } from "./record.ts";

/** Makes the proof that `mint` asks for. Only the log calls it, after the transaction that holds the decision was committed. */
export function committed(receipt: Receipt): Committed {
  return Object.freeze({ ...receipt }) as unknown as Committed;
}
