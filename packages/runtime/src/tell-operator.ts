let clean = (text: string): string => text;

/** Writes to stderr, where the operator reads. What is a lane's secret does not get there. */
export function tellOperator(text: string): void {
  process.stderr.write(clean(text));
}

/** From now on every text for the operator goes through `how`: set by whoever opens the first lane of the process. */
export function cleanForOperator(how: (text: string) => string): void {
  clean = how;
}
