/** `node unguarded.ts LIST`, the list in JSON: fetches each URL as a program without a guard does, and tells of nothing. */
for (const url of JSON.parse(process.argv[2] ?? "[]") as readonly string[]) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.text();
  } catch {
    // Whether it got through is for the world to say.
  }
}
