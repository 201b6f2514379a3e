/** How much of the promise "what was proven is what is opened" this platform keeps (DESIGN §8). */
export type Guarantee = "race-free" | "nofollow" | "best-effort";
