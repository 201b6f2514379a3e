import { fold } from "./fold.ts";
import { Secret } from "./secret.ts";

/** A secret that is not there is a value, so that nothing can go on without noticing. `reason` never holds any of it. */
export type Found = { readonly found: true; readonly secret: Secret } | { readonly found: false; readonly reason: string };

/** Taking every copy of a shorter one out of answers would take words out of them. */
const shortest = 6;

/** Judges what a source holds. A control character in a header's value is how one request becomes two. */
export function usable(value: string, where: string): Found {
  if (value === "") return missing(`${where} is empty`);
  if (/[^\x20-\x7e]/.test(value)) return missing(`${where} holds characters that no credential has`);
  // HTTP drops them, and what a host then shows would be another text than the one that is taken out.
  if (value.trim() !== value) return missing(`${where} begins or ends with a space`);
  if (fold(value).some(({ text }) => text.length < shortest))
    return missing(`${where} is shorter than ${shortest} characters, so it cannot be taken out of text without shredding that`);
  return { found: true, secret: new Secret(value) };
}

export function missing(reason: string): Found {
  return { found: false, reason };
}
