import { hash } from "node:crypto";
import type { GuardRequest } from "./guard-request.ts";

/** Arguments up to so many bytes are compared by what they say; larger ones as they are written. */
const comparedBytes = 64 * 1024;

/** One key for calls of one tool with arguments that say the same, in whatever order. */
export function callKey({ tool, arguments: given, digest }: Pick<GuardRequest, "tool" | "arguments" | "digest">): string {
  return `${tool.slice(0, 128)} ${digest.bytes > comparedBytes ? digest.sha256 : hash("sha256", canonical(given) ?? digest.sha256, "base64")}`;
}

function canonical(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : member,
    );
  } catch {
    // nested deeper than the stack: such arguments are refused, and are compared as they are written
    return undefined;
  }
}
