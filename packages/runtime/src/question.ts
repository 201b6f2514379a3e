/** What `elicitation/create` carries: what the human reads, and the form for the answer. */
export interface Question {
  readonly message: string;
  readonly requestedSchema: {
    readonly type: "object";
    readonly properties: { readonly approve: { readonly type: "boolean"; readonly title: string; readonly description: string } };
    // Mutable, as the SDK's own types have it.
    readonly required: string[];
  };
}

/** The key of the one input request, and of the answer to it. */
export const questionKey = "approval";

const approve = {
  type: "boolean" as const,
  title: "Allow this call",
  description: "Yes lets exactly this call happen, once. Anything else lets nothing happen.",
};

export function questionWith(message: string): Question {
  return { message, requestedSchema: { type: "object", properties: { approve }, required: ["approve"] } };
}
