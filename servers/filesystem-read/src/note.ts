/**
 * What a tool has to say beside its answer, in the idiom of the official servers: bracketed lines at the end. An answer
 * that needs none is the bare text, byte for byte as the official server gives it.
 */
export function withNotes(text: string, notes: readonly (string | undefined)[]): string {
  const lines = notes.filter((note) => note !== undefined).map((note) => `[${note}]`);
  if (lines.length === 0) return text;
  return text === "" ? lines.join("\n") : `${text}${text.endsWith("\n") ? "" : "\n"}\n${lines.join("\n")}`;
}

export function withheldNote(count: number): string | undefined {
  if (count === 0) return undefined;
  return count === 1 ? "1 entry is withheld by policy." : `${count} entries are withheld by policy.`;
}
