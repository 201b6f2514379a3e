import type { BudgetSubject } from "@postern/policy";

export interface Account {
  readonly per: BudgetSubject;
  readonly owner: string;
  readonly resource: "calls" | "bytes" | "cost";
  readonly limit: number;
  readonly windowMs: number;
}

const windowMs = 86_400_000;

/** Accounts that several processes draw on; two of them differ in nothing but whose they are. */
export const accounts: readonly Account[] = [
  { per: "owner", owner: "acme", resource: "calls", limit: 150, windowMs },
  { per: "tenant", owner: "acme", resource: "calls", limit: 120, windowMs },
  { per: "principal", owner: "ada", resource: "cost", limit: 400, windowMs },
  { per: "lane", owner: "docs", resource: "bytes", limit: 5000, windowMs },
  { per: "lane", owner: "docs", resource: "calls", limit: 90, windowMs },
];

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
