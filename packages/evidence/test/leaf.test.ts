import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../src/canonical.ts";
import { leafLimit, type Cut } from "../src/cut.ts";
import { decisionLeaf, eventLeaf, outcomeLeaf } from "../src/leaf.ts";
import type { DecisionRecord, OutcomeRecord } from "../src/record.ts";
import { allowed, denied, outcome, target } from "./samples.ts";

const frame = { call: "01a20427-bf38-7e2f-911a-b58c583fb76c", time: 1_795_366_043_448_887, boot: 0, budget: [] };
const budget = [{ per: "tenant" as const, owner: "me", resource: "calls", taken: 1, left: 599, limit: 600, windowMs: 60_000 }];

/** RFC 8785 again, from its text and by other means: every string character by character, keys compared unit by unit. */
function rfc8785(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return JSON.stringify(value);
  if (typeof value === "string") return `"${Array.from(value.split(""), escaped).join("")}"`;
  if (Array.isArray(value)) return `[${value.map(rfc8785).join()}]`;
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .toSorted(byUnits)
    .map((key) => `${rfc8785(key)}:${rfc8785(object[key])}`);
  return `{${members.join()}}`;
}
function byUnits(one: string, other: string): number {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    if (one.charCodeAt(at) !== other.charCodeAt(at)) return one.charCodeAt(at) - other.charCodeAt(at);
  }
  return one.length - other.length;
}
function escaped(unit: string): string {
  const short = new Map([
    ["\b", "\\b"],
    ["\t", "\\t"],
    ["\n", "\\n"],
    ["\f", "\\f"],
    ["\r", "\\r"],
    ['"', '\\"'],
    ["\\", "\\\\"],
  ]);
  const code = unit.charCodeAt(0);
  return short.get(unit) ?? (code < 0x20 ? `\\u${code.toString(16).padStart(4, "0")}` : unit);
}

const full: DecisionRecord = denied({
  cost: 3,
  lane: "acme-docs",
  quotaOwner: "me",
  approval: "01a20427-bf38-7e2f-911a-000000000000",
  targets: [
    target('~/notes/ä\u0000\u001f"\\\u2028😀', {
      argument: "paths[0]",
      code: "path.symlink_escape",
      cwd: "/home/ada",
      host: "example.org",
      repo: "acme/widget",
      symlinks: [{ at: "/home/ada/notes/x", target: "../../etc", decision: "denied" }],
      addresses: [{ address: "10.0.0.1", category: "private" }],
      redirects: ["https://example.org/a"],
      lane: "acme-docs",
      rule: "private",
      root: "/home/ada/notes",
      withheld: ["canonical", "symlinks"],
    }),
    target("/home/ada/notes/b"),
  ],
});
const bare: DecisionRecord = allowed({
  protocol: null,
  client: null,
  tool: null,
  effect: null,
  route: null,
  redact: null,
  arguments: null,
  targets: [],
});

const digest = { bytes: 12, sha256: "ab".repeat(32) };
const changes: OutcomeRecord["changes"] = [
  { argument: 'pa"th', change: "replaced", before: { bytes: 2 ** 40, sha256: null }, after: digest, durable: true },
  { argument: "path", change: "directories", count: 3, durable: false },
  { argument: "path", change: "deleted", before: digest, durable: false },
];

describe("a leaf's bytes are canonical JSON (E5)", () => {
  const strange = ["", "\u007f\u0080", "\ue000\ud83d\ude00", "\r\n\t\b\f", "\\ud800 spelled out", "</script>", "\u2029", "__proto__"];
  const decisions: readonly (readonly [string, DecisionRecord])[] = [
    ["with every member", full],
    ["with as few members as there can be", bare],
    ["of an ordinary call", allowed()],
    ...strange.map((text) => [`with the text ${JSON.stringify(text)}`, allowed({ tool: text, client: text, rule: text, targets: [target(text)] })] as const),
  ];
  test.each(decisions)("a decision %s", (_name, record) => {
    const body = decisionLeaf(record, { ...frame, budget }).toString();
    expect(body).toBe(rfc8785(JSON.parse(body)));
    expect(canonicalJson(JSON.parse(body))).toBe(body);
  });

  test.each([
    ["ok", outcome()],
    ["failed", outcome({ outcome: "failed", failure: "fs.io", redactions: [{ kind: "github-token", count: 2 }] })],
    ["that spent", outcome({ spent: { calls: 1, bytes: 12 }, durationMs: 0.1 + 0.2 })],
    ["that changed something", outcome({ changes })],
    ["that reached something on its way", outcome({ targets: [...full.targets, target('h"ere')], spent: { calls: 1 } })],
    ["that spent and was redacted", outcome({ spent: { bytes: 1e21 }, redactions: [{ kind: "a", count: 1 }] })],
  ])("an outcome %s", (_name, record) => {
    for (const states of [[], budget]) {
      const body = outcomeLeaf(record, { call: frame.call, of: 7, time: frame.time, budget: states }).toString();
      expect(body).toBe(rfc8785(JSON.parse(body)));
      expect((JSON.parse(body) as OutcomeRecord).changes ?? []).toEqual(record.changes ?? []);
      expect((JSON.parse(body) as OutcomeRecord).targets ?? []).toEqual(record.targets ?? []);
    }
  });

  test("keys are ordered by UTF-16 code units, where code points would order otherwise", () => {
    expect(canonicalJson({ "\ufb33": 1, "😀": 2, "€": 3, a: undefined, "\r": 4 })).toBe('{"\\r":4,"€":3,"😀":2,"\ufb33":1}');
  });

  test("what JSON cannot say is refused", () => {
    for (const value of [Number.NaN, Infinity, 1n, () => 1]) expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});

describe("a decision leaf holds what the record says (E1)", () => {
  test("every member comes back, null ones as absent", () => {
    const body = JSON.parse(decisionLeaf(full, { ...frame, budget }).toString()) as Record<string, unknown>;
    const { quotaOwner, bytesIn, ...same } = full;
    expect(body).toEqual({ ...same, quota_owner: quotaOwner, bytes_in: bytesIn, kind: "decision", ...frame, budget });
    expect(Object.keys(JSON.parse(decisionLeaf(bare, frame).toString()) as object)).not.toContain("tool");
  });
});

describe("a leaf never exceeds its size, and says what it left out (E5)", () => {
  const long = "/home/ada/notes/".padEnd(40_000, "ü");
  const cases: readonly (readonly [string, DecisionRecord])[] = [
    ["a long path", allowed({ targets: [target(long)] })],
    ["a long tool name of quotes", allowed({ tool: '"'.repeat(100_000) })],
    ["a long text of control characters", allowed({ client: "\u0001".repeat(50_000) })],
    ["ten thousand targets", allowed({ targets: Array.from({ length: 10_000 }, (_, index) => target(`/home/ada/notes/${index}`)) })],
    [
      "six long targets with many links each",
      allowed({
        targets: Array.from({ length: 6 }, () =>
          target(long, {
            symlinks: Array.from({ length: 12 }, () => ({ at: long, target: long, decision: "followed" as const })),
            redirects: Array.from({ length: 12 }, () => long),
          }),
        ),
      }),
    ],
    [
      "long text everywhere",
      Object.fromEntries(Object.entries(full).map(([key, value]) => [key, typeof value === "string" ? long : value])) as unknown as DecisionRecord,
    ],
  ];
  test.each(cases)("%s", (_name, record) => {
    const body = decisionLeaf(record, { ...frame, budget });
    expect(body.length).toBeLessThanOrEqual(leafLimit);
    expect(body.toString()).toBe(rfc8785(JSON.parse(body.toString())));
    expect((JSON.parse(body.toString()) as { call: string; cut: readonly Cut[] }).call).toBe(frame.call);
    expect((JSON.parse(body.toString()) as { cut: readonly Cut[] }).cut.length).toBeGreaterThan(0);
  });

  test("a cut text is a prefix; its length and digest are of the whole", () => {
    const leaf = JSON.parse(decisionLeaf(allowed({ targets: [target("/a", { canonical: long })] }), frame).toString()) as {
      targets: [{ canonical: string }];
      cut: readonly Cut[];
    };
    expect(long.startsWith(leaf.targets[0].canonical)).toBe(true);
    expect(leaf.targets[0].canonical.length).toBeGreaterThan(1000);
    expect(leaf.cut).toEqual([{ at: "targets[0].canonical", length: 40_000, sha256: createHash("sha256").update(long).digest("hex") }]);
  });

  test("a cut never splits a character", () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const text = "x".repeat(shift) + "😀".repeat(30_000);
      const leaf = JSON.parse(decisionLeaf(allowed({ client: text }), frame).toString()) as { client: string };
      expect(leaf.client.isWellFormed()).toBe(true);
      expect(leaf.client.length).toBeGreaterThan(100);
    }
  });

  test("a text just within the limit is kept whole, one byte more is cut", () => {
    const room = leafLimit - decisionLeaf(allowed({ client: "" }), frame).length;
    const kept = decisionLeaf(allowed({ client: "c".repeat(room) }), frame);
    expect(kept.length).toBe(leafLimit);
    expect(kept.toString()).not.toContain('"cut"');
    expect(decisionLeaf(allowed({ client: "c".repeat(room + 1) }), frame).toString()).toContain('"cut"');
  });

  test("a lone surrogate becomes U+FFFD and is told, since UTF-8 cannot carry it", () => {
    const raw = "a\ud800b";
    const leaf = JSON.parse(decisionLeaf(allowed({ targets: [target(raw, { canonical: "/x" })] }), frame).toString()) as {
      targets: [{ raw: string }];
      cut: readonly Cut[];
    };
    expect(leaf.targets[0].raw).toBe("a\ufffdb");
    const sha256 = createHash("sha256").update(Buffer.from(raw, "utf16le")).digest("hex");
    expect(leaf.cut).toEqual([{ at: "targets[0].raw", length: 3, sha256, form: "utf-16le" }]);
  });

  test("other leaves keep to it as well", () => {
    expect(eventLeaf("policy", 1, { file: "x".repeat(1e6) }).length).toBeLessThanOrEqual(leafLimit);
  });
});
