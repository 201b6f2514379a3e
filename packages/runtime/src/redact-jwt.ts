import type { Span } from "./redact-span.ts";
import type { Runs } from "./redact-token.ts";

/** The dot before a payload that is a JSON object (`{"` in base64url). The header stands before it. */
export const jwtMark = ".eyJ";
const shortestPart = 8;

/**
 * A compact JWS around its payload's mark (RFC 7515 §7.1). Without a signature it is masked too: its claims are meant
 * for one reader. Parts do not overlap between marks, so the search is linear in the text.
 */
export function jwtAt(text: string, mark: number, runs: Runs): Span | undefined {
  let start = mark;
  while (start > 0 && isBase64Url(text.charCodeAt(start - 1))) start -= 1;
  const header = text.indexOf("eyJ", start);
  if (header === -1 || mark - header < shortestPart) return undefined;
  let end = runs.end("base64url", mark + 1);
  if (end - mark - 1 < shortestPart) return undefined;
  if (text.charAt(end) === ".") end = Math.max(end, runs.end("base64url", end + 1));
  return { start: header, end, kind: "jwt" };
}

function isBase64Url(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 95;
}
