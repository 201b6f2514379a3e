import type { Principal } from "@postern/policy";

/** Whose sessions and places are: a principal of another tenant is another owner. */
export function ownerOf({ tenant, id }: Pick<Principal, "tenant" | "id">): string {
  return JSON.stringify([tenant, id]);
}
