import type { SecretLintRuleContext, SecretLintRuleCreator, SecretLintSourceCode } from "@secretlint/types";
import { type RuleGate, ruleGates } from "./redact-patterns.ts";
import type { Span } from "./redact-span.ts";

type Ranges = (text: string) => (readonly [number, number])[];

const idPrefix = "@secretlint/secretlint-rule-";

/**
 * secretlint's recommended rules, one by one: the preset's comment filter is left out, so that no file can switch
 * redaction off for itself with a comment. Loaded on the first text that one of them could match.
 */
export async function loadSecretlint(): Promise<(text: string, hits: readonly { readonly gate: RuleGate; readonly at: number }[]) => Span[]> {
  const { rules } = await import("@secretlint/secretlint-rule-preset-recommend");
  const byName = new Map<string, Ranges>();
  for (const { rule } of ruleGates) {
    const creator = (rules as readonly SecretLintRuleCreator[]).find(({ meta }) => meta.id === `${idPrefix}${rule}`);
    if (creator === undefined) throw new Error(`the installed secretlint preset has no rule ${rule}`);
    byName.set(rule, rangesOf(creator));
  }

  return (text, hits) => {
    const spans: Span[] = [];
    const windows = new Map<RuleGate, number>();
    for (const { gate, at } of hits) {
      if (at + gate.reach <= (windows.get(gate) ?? 0)) continue;
      // A rule sees a short stretch around its literals: some of its patterns take quadratic time in what they are given.
      const start = Math.max(0, at - 64);
      const end = Math.min(text.length, at + gate.reach * 4);
      windows.set(gate, end === text.length ? Number.POSITIVE_INFINITY : end);
      const part = text.slice(start, end);
      for (const [from, to] of byName.get(gate.rule)?.(part) ?? []) spans.push({ ...placed(part, from, to, start, gate.value), kind: gate.kind });
    }
    return spans;
  };
}

function placed(part: string, from: number, to: number, offset: number, value: RegExp | undefined): { start: number; end: number } {
  if (value !== undefined) {
    value.lastIndex = from;
    const found = value.exec(part);
    if (found !== null) return { start: offset + found.index, end: offset + found.index + found[0].length };
  }
  return { start: offset + from, end: offset + to };
}

function rangesOf(creator: SecretLintRuleCreator): Ranges {
  let found: (readonly [number, number])[] = [];
  const context = {
    sharedOptions: {},
    createTranslator: () => () => ({ message: "", messageId: "" }),
    report: ({ range }: { readonly range: readonly [number, number] }) => {
      found.push(range);
    },
    ignore: () => undefined,
  } as unknown as SecretLintRuleContext;
  const rule = creator.create(context, {});
  return (content) => {
    found = [];
    // Without a file name the rules look at the text alone.
    void rule.file?.({ content, contentType: "text" } as unknown as SecretLintSourceCode);
    return found;
  };
}
