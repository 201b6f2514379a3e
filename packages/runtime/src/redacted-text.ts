import type { Redaction } from "@postern/policy";
import type { Surroundings } from "./redact-surroundings.ts";

export interface RedactedText {
  readonly text: string;
  readonly found: readonly Redaction[];
}

/** A promise only for the first text that needs secretlint's rules, which are loaded then. */
export type Redactor = (text: string, surroundings?: Surroundings) => RedactedText | Promise<RedactedText>;
