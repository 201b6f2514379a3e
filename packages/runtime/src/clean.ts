import type { Redaction } from "@postern/policy";
import { surroundingsOf, type Surroundings } from "./redact-surroundings.ts";
import type { ToolResult } from "./tool.ts";

/** Takes secrets out of one text, with a look at what it was cut from; what it found, by kind. */
export type Redact = (text: string, surroundings?: Surroundings) => Redacted | Promise<Redacted>;
export interface Redacted {
  readonly text: string;
  readonly found: readonly Redaction[];
}

export interface Cleaned {
  readonly result: ToolResult;
  readonly redactions: readonly Redaction[];
}

/**
 * Redacts every text that a result carries: its text contents and every string of its structured content. Media are
 * passed as they are. Whatever the redactor throws is thrown: a text that could not be checked does not leave.
 */
export async function clean(result: ToolResult, redact: Redact): Promise<Cleaned> {
  const counts = new Map<string, number>();
  const count = (found: readonly Redaction[]): void => {
    for (const { kind, count: times } of found) counts.set(kind, (counts.get(kind) ?? 0) + times);
  };
  const cleanText = async (text: string, surroundings?: Surroundings): Promise<string> => {
    const answer = redact(text, surroundings);
    const redacted = answer instanceof Promise ? await answer : answer;
    count(redacted.found);
    return redacted.text;
  };

  const content: ToolResult["content"][number][] = [];
  for (const part of result.content) {
    if (part.type !== "text") content.push(part);
    else {
      // one after the other: a redactor may keep state between the parts of one answer.
      const surroundings = surroundingsOf(part);
      const text = await cleanText(part.text, part.markdown === true ? { ...surroundings, markdown: true } : surroundings);
      content.push({ type: "text", text: part.markdown === true ? inert(text) : text });
    }
  }
  const structured = result.structuredContent === undefined ? undefined : await cleanValue(result.structuredContent, cleanText);
  return {
    result: {
      content,
      ...(structured !== undefined && { structuredContent: structured as Record<string, unknown> }),
      ...(result.withheld !== undefined && { withheld: result.withheld }),
    },
    redactions: [...counts].map(([kind, times]) => ({ kind, count: times })),
  };
}

/** The brackets of a mask are Markdown's as well: `!` before one and an address behind it would be a picture. */
function inert(markdown: string): string {
  return markdown.replaceAll(
    /(\\*)(\[redacted:[a-z0-9-]+\])/g,
    (_, slashes: string, mask: string) => `${slashes}${slashes.length % 2 === 0 ? "\\" : ""}${mask}`,
  );
}

/** Plain JSON only, so a value that could not be serialised ends here and not as an answer that is never sent. */
async function cleanValue(value: unknown, cleanText: (text: string) => Promise<string>): Promise<unknown> {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return walk(plain);

  async function walk(member: unknown): Promise<unknown> {
    if (typeof member === "string") return cleanText(member);
    if (typeof member !== "object" || member === null) return member;
    if (Array.isArray(member)) {
      const list: unknown[] = [];
      for (const each of member) list.push(await walk(each));
      return list;
    }
    const object: Record<string, unknown> = {};
    for (const [key, each] of Object.entries(member)) object[key] = await walk(each);
    return object;
  }
}
