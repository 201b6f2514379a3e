import { maskFor, type RedactionRule } from "@postern/policy";
import { assignedSecret, authorizationSecret } from "./redact-assignment.ts";
import { jwtAt, jwtMark } from "./redact-jwt.ts";
import { assignedNames, type RuleGate, ruleGates, tokenPatterns } from "./redact-patterns.ts";
import { redactCopies } from "./redact-copies.ts";
import { redactExcerpts } from "./redact-excerpts.ts";
import { bodyLetters, keyMarks, privateKeys } from "./redact-private-key.ts";
import { redactQuestion } from "./redact-question.ts";
import { maskInMarkdown } from "./redact-markdown.ts";
import { createScan, type Hit, type Literal } from "./redact-scan.ts";
import type { loadSecretlint } from "./redact-secretlint.ts";
import { mergeSpans, type Span } from "./redact-span.ts";
import type { Surroundings } from "./redact-surroundings.ts";
import type { RedactedText, Redactor } from "./redacted-text.ts";
import { type Runs, runsOf, tokenAt } from "./redact-token.ts";
import { urlCredentials } from "./redact-url.ts";

/**
 * Makes the function that takes secrets out of answers. Guarantees: time linear in the text whatever it holds; the
 * result never holds anything of `surroundings`; nothing inside a text can switch redaction off.
 *
 * A net, not a wall: it knows the forms of providers' tokens, private keys, URLs with passwords and values assigned to
 * names such as `password`. A secret without form, base64 around a secret, or one that is spelled across several
 * answers passes. Scope is what the route card gives, never what redaction leaves out.
 */
export function createRedactor(rule: RedactionRule): Redactor {
  if (rule === "none") return (text) => ({ text, found: [] });
  return (text, surroundings = {}) => {
    const { asked, excerpts, linePrefix, wholes } = surroundings;
    if (asked === true) return redactQuestion(text, surroundings, spansOf);
    if (wholes !== undefined) return redactCopies(text, wholes, { spansOf, redact: redactSecrets });
    return excerpts === undefined ? redactSecrets(text, surroundings) : redactExcerpts(text, excerpts, linePrefix, redactSecrets);
  };
}

type Secretlint = Awaited<ReturnType<typeof loadSecretlint>>;
type Find = (text: string, at: number, literal: string, runs: Runs) => Span | undefined;
interface Entry extends Literal {
  readonly finds: Find[];
  readonly gates: RuleGate[];
  mark: boolean;
}

let prepared: { readonly entries: readonly Entry[]; readonly scan: (text: string) => Hit[] } | undefined;
let secretlint: Secretlint | undefined;

function redactSecrets(text: string, surroundings: Surroundings = {}): RedactedText | Promise<RedactedText> {
  const { before = "", after = "" } = surroundings;
  const spans = spansOf(before === "" && after === "" ? text : `${before}${text}${after}`, surroundings);
  const maskOf = surroundings.markdown === true ? maskInMarkdown : maskFor;
  if (spans instanceof Promise) return spans.then((found) => masked(text, before.length, found, maskOf));
  return masked(text, before.length, spans, maskOf);
}

/** Where the secrets of a text are, in its order and without overlaps. */
function spansOf(whole: string, { linePrefix, partOfLine }: Surroundings = {}): readonly Span[] | Promise<readonly Span[]> {
  prepared ??= prepare();
  const { entries, scan } = prepared;
  const hits = scan(whole);
  const spans = ownSpans(whole, hits, entries);
  if (linePrefix !== undefined) spans.push(...looseKeyLines(whole, linePrefix));
  if (partOfLine === true) spans.push(...longRuns(whole));

  const found = mergeSpans(spans);
  const left = hits.filter(({ literal }) => (entries[literal] as Entry).gates.length > 0).filter(outside(found));
  const gated = left.flatMap(({ literal, at }) => (entries[literal] as Entry).gates.map((gate) => ({ gate, at })));
  const finish = (more: readonly Span[]): readonly Span[] => (more.length === 0 ? found : mergeSpans([...found, ...more]));
  if (gated.length === 0) return finish([]);
  if (secretlint !== undefined) return finish(secretlint(whole, gated));
  return import("./redact-secretlint.ts").then(async ({ loadSecretlint: load }) => {
    secretlint ??= await load();
    return finish(secretlint(whole, gated));
  });
}

/** Tells which hits, asked in the order of the text, lie in no span: a token that is masked whole needs no second rule. */
function outside(spans: readonly Span[]): (hit: Hit) => boolean {
  let next = 0;
  return ({ at }) => {
    while (next < spans.length && (spans[next] as Span).end <= at) next += 1;
    return next === spans.length || at < (spans[next] as Span).start;
  };
}

/** The one list of literals: what has to stand in a text for any rule to be worth running. */
function prepare(): { entries: readonly Entry[]; scan: (text: string) => Hit[] } {
  const entries = new Map<string, Entry>();
  const entry = (text: string, anyCase = false): Entry => {
    const key = `${anyCase}${text}`;
    const made = entries.get(key) ?? { text, anyCase, finds: [], gates: [], mark: false };
    entries.set(key, made);
    return made;
  };
  for (const pattern of tokenPatterns) {
    for (const prefix of pattern.prefixes) {
      entry(prefix, pattern.anyCase).finds.push((text, at, literal, runs) => tokenAt(text, at, literal, pattern, runs));
    }
  }
  for (const { name, shortest } of assignedNames) {
    entry(name, true).finds.push((text, at, literal) => assignedSecret(text, at + literal.length, shortest));
  }
  entry("authorization", true).finds.push((text, at, literal) => authorizationSecret(text, at + literal.length));
  entry(jwtMark).finds.push((text, at, _literal, runs) => jwtAt(text, at, runs));
  for (const gate of ruleGates) for (const literal of gate.literals) entry(literal, gate.anyCase).gates.push(gate);
  for (const mark of keyMarks) entry(mark).mark = true;
  const list = [...entries.values()];
  return { entries: list, scan: createScan(list) };
}

function ownSpans(text: string, hits: readonly Hit[], entries: readonly Entry[]): Span[] {
  const runs = runsOf(text);
  const spans = urlCredentials(text);
  const marks: number[] = [];
  for (const { literal, at } of hits) {
    const entry = entries[literal] as Entry;
    if (entry.mark) marks.push(at);
    for (const find of entry.finds) {
      const span = find(text, at, entry.text, runs);
      if (span !== undefined) spans.push(span);
    }
  }
  if (marks.length > 0) spans.push(...privateKeys(text, marks));
  return spans;
}

/** Lines of nothing but base64 in a text that does not show what stood around them. */
function looseKeyLines(text: string, prefix: RegExp): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const rest = line.replace(prefix, "");
    const varied = /[0-9+/]/.test(rest) && /[A-Z]/.test(rest) && /[a-z]/.test(rest);
    if (varied && (bodyLetters(rest.slice(0, 4096)) ?? 0) >= 40)
      spans.push({ start: at + line.length - rest.length, end: at + line.length, kind: "base64-line" });
    at += line.length + 1;
  }
  return spans;
}

/** Shorter is no line of a private key; tokens that short lie within what surrounds an excerpt. Escaped line feeds belong to keys in JSON. */
const keyRuns = [/[A-Za-z0-9+/=\\]{64,}/g, /[A-Za-z0-9_.-]{64,}/g];

function longRuns(text: string): Span[] {
  return keyRuns.flatMap((run) =>
    Array.from(text.matchAll(run))
      .filter(([found]) => /[0-9]/.test(found) && /[A-Z]/.test(found) && /[a-z]/.test(found))
      .map(({ index, 0: found }) => ({ start: index, end: index + found.length, kind: "base64-run" })),
  );
}

/** Replaces the spans by their masks; `spans` count from `offset` characters before the text. */
function masked(text: string, offset: number, spans: readonly Span[], maskOf: typeof maskInMarkdown): RedactedText {
  if (spans.length === 0) return { text, found: [] };
  const counts = new Map<string, number>();
  const parts: string[] = [];
  let from = 0;
  for (const span of spans) {
    const start = Math.max(0, span.start - offset);
    const end = Math.min(text.length, span.end - offset);
    if (end <= start) continue;
    parts.push(text.slice(from, start), maskOf(span.kind, text, start, end));
    counts.set(span.kind, (counts.get(span.kind) ?? 0) + 1);
    from = end;
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), found: Array.from(counts, ([kind, count]) => ({ kind, count })) };
}
