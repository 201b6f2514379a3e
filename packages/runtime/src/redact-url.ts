import { looksFilledIn } from "./redact-assignment.ts";
import type { Span } from "./redact-span.ts";

/** Longest user information that is looked at, in characters. */
const longest = 512;
const userInfo = /^([^:]*):(.*)$/s;

/**
 * Credentials in URLs (RFC 3986 §3.2.1), of every scheme: databases, brokers, registries, Git remotes. Looks back from
 * each `@` to the `//` before it. Only the secret part is masked: scheme, user and host tell the reader what it was.
 */
export function urlCredentials(text: string): Span[] {
  const spans: Span[] = [];
  let previous = -1;
  for (let at = text.indexOf("@"); at !== -1; previous = at, at = text.indexOf("@", at + 1)) {
    const start = authorityStart(text, at, previous);
    if (start === undefined) continue;
    const [, user = text.slice(start, at), password] = userInfo.exec(text.slice(start, at)) ?? [];
    // `x-oauth-basic` and an empty password mean that the user name is the token.
    const tokenAsUser = password === undefined || password === "" || password === "x-oauth-basic";
    if (tokenAsUser) {
      if (user.length >= 20 && looksFilledIn(user)) spans.push({ start, end: start + user.length, kind: "url-token" });
    } else if (password !== user && password.length >= 3 && looksFilledIn(password)) {
      spans.push({ start: at - password.length, end: at, kind: "url-password" });
    }
  }
  return spans;
}

function authorityStart(text: string, at: number, previous: number): number | undefined {
  const floor = Math.max(previous + 1, at - longest);
  for (let index = at - 1; index >= floor; index -= 1) {
    const character = text.charAt(index);
    if (character === "/") return index >= 2 && text.startsWith("//", index - 1) && text.charAt(index - 2) === ":" ? index + 1 : undefined;
    if (/[\s"'<>`?#()[\]]/.test(character)) return undefined;
  }
  return undefined;
}
