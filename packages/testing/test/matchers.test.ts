import { answerOf, answerOfError, policyMatchers } from "@postern/testing";
import { describe, expect, test } from "vitest";

const receipt = { call: "0197", log: "log", index: 4 };
const answers = {
  allowed: answerOf({ content: [{ type: "text", text: "hello" }], _meta: { "dev.postern/receipt": receipt } }),
  denied: answerOf({
    isError: true,
    content: [{ type: "text", text: "no" }],
    _meta: { "dev.postern/denial": { code: "path.outside_root", rule: "dot-dot", message: "no", targets: [], receipt } },
  }),
  failed: answerOf({ isError: true, content: [], _meta: { "dev.postern/failure": { code: "fs.not_found", message: "gone", receipt } } }),
  unknown: answerOfError({ code: -32602, message: "Unknown tool: x", data: { code: "tool.unknown", receipt } }),
  untyped: answerOf({ isError: true, content: [{ type: "text", text: "Error: EACCES /etc/shadow" }] }),
  leaking: answerOf({
    isError: true,
    content: [],
    structuredContent: { content: "secret" },
    _meta: { "dev.postern/denial": { code: "path.outside_root", rule: "dot-dot", message: "no", targets: [], receipt } },
  }),
} as const;

describe("each answer is taken for exactly what it is (E3)", () => {
  const { toAllow, toBeUnknownTool, toDenyWith, toFailWith } = policyMatchers;
  const verdicts = {
    allow: toAllow,
    deny: (answer: (typeof answers)["denied"]) => toDenyWith(answer, "path.outside_root"),
    fail: (answer: (typeof answers)["denied"]) => toFailWith(answer, "fs.not_found"),
    unknown: toBeUnknownTool,
  };
  const truth: readonly (readonly [keyof typeof answers, keyof typeof verdicts | undefined])[] = [
    ["allowed", "allow"],
    ["denied", "deny"],
    ["failed", "fail"],
    ["unknown", "unknown"],
    ["untyped", undefined],
    ["leaking", undefined],
  ];
  test.each(truth)("%s", (name, only) => {
    for (const [verdict, judge] of Object.entries(verdicts)) expect([verdict, judge(answers[name]).pass]).toEqual([verdict, verdict === only]);
  });
});

test("a denial must carry the code and the rule that were asked for", () => {
  expect(policyMatchers.toDenyWith(answers.denied, "path.outside_root", "dot-dot").pass).toBe(true);
  expect(policyMatchers.toDenyWith(answers.denied, "path.outside_root", "other").pass).toBe(false);
  expect(policyMatchers.toDenyWith(answers.denied, "path.protected").pass).toBe(false);
  expect(policyMatchers.toDenyWith(answers.denied, "path.protected").message()).toContain("it was denied path.outside_root by dot-dot");
});

test("every answer names its receipt, wherever it stands (E5)", () => {
  for (const name of ["allowed", "denied", "failed", "unknown"] as const) expect(answers[name].receipt).toEqual(receipt);
  expect(answers.untyped.receipt).toBeUndefined();
});
