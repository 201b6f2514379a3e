/** Who calls. Everything that a decision may depend on about the caller, and nothing that the caller can choose. */
export interface Principal {
  readonly id: string;
  readonly tenant: string;
  /** How the identity was proven; `stdio` is whoever started the process. */
  readonly proof: "stdio" | "apiKey" | "jwt";
}
