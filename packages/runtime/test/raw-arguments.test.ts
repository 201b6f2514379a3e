import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { arrivalOf } from "../src/arrival.ts";
import { boundPassed } from "../src/json-scan.ts";
import { parseMessage } from "../src/message.ts";
import { argumentsSpan } from "../src/raw-arguments.ts";

describe("members of all objects and arrays together", () => {
  it.each([
    ["at the limit", `[${"1,".repeat(8)}1]`, undefined],
    ["over it", `[${"1,".repeat(9)}1]`, "members"],
    ["over it in several", '{"a":[1,2,3,4],"b":[1,2,3,4],"c":{"d":1,"e":2},"f":0}', "members"],
    ["commas in strings only", `["${",".repeat(99)}","\\"]`, undefined],
  ])("%s", (_name, text, passed) => {
    expect(boundPassed(text, { levels: 4, members: 8 })).toBe(passed);
  });
});

describe("nesting", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["at the limit", `${"[".repeat(4)}${"]".repeat(4)}`, false],
    ["over it", `${"[".repeat(5)}${"]".repeat(5)}`, true],
    ["of objects and arrays together", '[{"a":[{"b":[]}]}]', true],
    ["side by side", `[${"[[]],".repeat(99)}[]]`, false],
    ["in strings only", '["[[[[[[[[{{{{", "\\\\", "\\\"[[[[[[["]', false],
    ["after a string that ends in backslashes", '["\\\\",[[[[[]]]]]]', true],
  ];
  it.each(cases)("%s", (_name, text, deeper) => {
    expect(boundPassed(text, { levels: 4, members: 1_000 }) === "depth").toBe(deeper);
  });

  it("of two million levels is refused in no time, with the id it can find (N5)", () => {
    const began = performance.now();
    const bytes = Buffer.from(`{"jsonrpc":"2.0","id":8,"method":"ping","params":{"x":${"[".repeat(2e6)}${"]".repeat(2e6)}}}`);
    expect(parseMessage(bytes)).toMatchObject({ kind: "malformed", rule: "depth", id: 8 });
    expect(performance.now() - began).toBeLessThan(500);
  });
});

function textOf(message: string): string | undefined {
  const span = argumentsSpan(message);
  return span === undefined ? undefined : message.slice(span.from, span.to);
}

describe("the raw text of a call's arguments", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["as it came", '{"params":{"name":"x","arguments":{ "a" : 1.0 }}}', '{ "a" : 1.0 }'],
    ["with repeated keys", '{"params":{"arguments":{"a":1,"a":2}}}', '{"a":1,"a":2}'],
    ["with braces and quotes in strings", '{"params":{"arguments":{"a":"}]\\"{"},"z":1}}', '{"a":"}]\\"{"}'],
    ["with a backslash before the end of a string", '{"params":{"arguments":{"a":"\\\\"}}}', '{"a":"\\\\"}'],
    ["between spaces", ' { "params" : { "arguments" : [ ] , "b" : 2 } } ', "[ ]"],
    ["the last of several", '{"params":{"arguments":{"a":1},"arguments":{"b":2}}}', '{"b":2}'],
    ["of the last parameters", '{"params":{"arguments":1},"params":{"arguments":2}}', "2"],
    ["under a key that is spelled with escapes", '{"params":{"\\u0061rguments":true}}', "true"],
    ["not from deeper down", '{"x":{"params":{"arguments":1}},"params":{"x":{"arguments":2}}}', undefined],
    ["where there are none", '{"params":{}}', undefined],
    ["where there are no parameters", '{"id":1}', undefined],
    ["where parameters are no object", '{"params":[{"arguments":1}]}', undefined],
  ];
  it.each(cases)("%s", (_name, text, expected) => {
    expect(textOf(text)).toBe(expected);
  });

  it("means what JSON.parse takes, for 2,000 random messages (seed 20251122)", () => {
    const random = mulberry(20251122);
    for (let round = 0; round < 2_000; round += 1) {
      const text = randomJson(random, 0, { arguments: true });
      const parsed = JSON.parse(text) as { params?: { arguments?: unknown } };
      const expected = Array.isArray(parsed.params) || parsed.params === null ? undefined : parsed.params?.arguments;
      const raw = textOf(text);
      expect({ text, value: raw === undefined ? undefined : (JSON.parse(raw) as unknown) }).toEqual({ text, value: expected });
    }
  });

  it.each(['{ "book" : "history/\\u0072ome" }', '{"book":"histoire/été \u2028 \u{1f4d6}"}'])("%s is what the record's digest is made of (N2)", (raw) => {
    const bytes = Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":${raw}}}`);
    const parsed = parseMessage(bytes);
    if (parsed.kind !== "request") throw new Error("not a request");
    expect(arrivalOf(parsed.message, parsed.text, bytes)).toMatchObject({
      bytes: bytes.length,
      digest: { bytes: Buffer.byteLength(raw), sha256: createHash("sha256").update(raw).digest("hex") },
    });
  });
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const strings = ['"', "\\", "a}", "{", "]", '\\"', "é", "\u2028", "params", "arguments", "\n", ""];

function randomJson(random: () => number, depth: number, must?: { arguments: boolean }): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const space = (): string => pick(["", "", " ", "\n\t"]);
  const object = (names: readonly string[]): string => {
    const members = names.map((name) => {
      const key = random() < 0.2 ? `"${[...name].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"` : JSON.stringify(name);
      const value = must !== undefined && depth === 0 && name === "params" ? randomJson(random, 1, must) : randomJson(random, depth + 1);
      return `${space()}${key}${space()}:${space()}${value}${space()}`;
    });
    return `{${members.join(",") || space()}}`;
  };
  if (must !== undefined && depth === 0) return object(["x", "params", ...(random() < 0.3 ? ["params"] : []), "id"]);
  if (must !== undefined && random() < 0.8) return object(["name", "arguments", ...(random() < 0.3 ? ["arguments"] : [])]);
  const kind = depth > 4 ? Math.floor(random() * 4) : Math.floor(random() * 6);
  switch (kind) {
    case 0:
      return JSON.stringify(pick(strings) + pick(strings));
    case 1:
      return pick(["0", "-1.5e3", "12"]);
    case 2:
      return pick(["true", "false", "null"]);
    case 3:
      return '""';
    case 4:
      return `[${Array.from({ length: Math.floor(random() * 4) }, () => space() + randomJson(random, depth + 1) + space()).join(",")}]`;
    default:
      return object(Array.from({ length: Math.floor(random() * 4) }, () => pick(strings)));
  }
}
