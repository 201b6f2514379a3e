/** What the output can show. Decided once per command; no text is measured against a terminal that is not there. */
export interface Terminal {
  /** Columns of the terminal; undefined when the output is no terminal: then nothing is cut. */
  readonly width: number | undefined;
  readonly color: boolean;
}

/** Colors only on a terminal, and not where NO_COLOR is set to anything (no-color.org) or the terminal is dumb. */
export function terminalOf(stream: { readonly isTTY?: boolean; readonly columns?: number }, environment: NodeJS.ProcessEnv): Terminal {
  const tty = stream.isTTY === true;
  const plain = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  return { width: tty ? Math.max(60, stream.columns ?? 80) : undefined, color: tty && !plain };
}

export type Tone = "good" | "bad" | "warn" | "dim" | "strong";

const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
};

export function paint(terminal: Terminal, tone: Tone, text: string): string {
  if (!terminal.color) return text;
  const [on, off] = codes[tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
