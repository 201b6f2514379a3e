export interface PdfJob {
  readonly bytes: Uint8Array;
  readonly mostPages: number;
  readonly mostCharacters: number;
}

export interface PdfMessage {
  readonly text: string;
  readonly pages: number;
  /** Pieces of text that stand outside of their page or are too small to be seen. */
  readonly hidden: number;
  /** The limit at which the rest of the document was given up. */
  readonly truncated: "pages" | "characters" | undefined;
}
