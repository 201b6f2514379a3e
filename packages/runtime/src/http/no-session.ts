import { refused, type Refused } from "./refused.ts";

/** Why a request has no session to go on in. Somebody else's answers as one that never was; the record tells them apart. */
export function noSession(found: "another" | "unknowable" | undefined): Refused {
  if (found === "unknowable") {
    return refused(503, "evidence.unavailable", "session", "Whether the session stands cannot be known now, so nothing was done.", {
      headers: { "retry-after": "1" },
    });
  }
  const rule = found === "another" ? "session-of-another" : "session";
  return refused(404, "input.invalid", rule, "There is no such session; begin another one with initialize.");
}
