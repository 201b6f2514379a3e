import type { PolicyCredential, PolicyNetwork } from "./policy.ts";

/** What one card says that cannot be meant, or hardly is, at its place. */
export interface CardRemark {
  /** From the card (`targets`, `credential`), or from the file's `network`. */
  readonly path: readonly (string | number)[];
  /** `refuse`: it can never be meant, so nothing of the policy is in force. `note`: it is told, and served. */
  readonly weight: "refuse" | "note";
  readonly message: string;
}

/** A card as a kind of targets judges it: the text, before anything is opened. */
export interface RemarkedCard {
  /** As written; it fits the server's schema. */
  readonly targets: Readonly<Record<string, unknown>>;
  readonly network?: PolicyNetwork;
  /** A human says yes to each call. Absent: nobody is asked. */
  readonly approval?: "required";
  /** Absent: the card names none. */
  readonly credential?: Pick<PolicyCredential, "name" | "hosts">;
}
