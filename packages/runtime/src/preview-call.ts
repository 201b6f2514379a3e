import type { ApprovalStep, Receipt } from "@postern/evidence";
import type { CallLimit, RedactionRule } from "@postern/policy";
import { deniedAnswer, failedAnswer, type Answer } from "./answer.ts";
import type { Asking } from "./asking.ts";
import type { BoundCall } from "./bound-call.ts";
import { callContext } from "./call-context.ts";
import { recordOf } from "./call-record.ts";
import type { Redact } from "./clean.ts";
import type { Deadline } from "./deadline.ts";
import { ungiven } from "./denials.ts";
import { type Ran, runHandler } from "./execute.ts";
import { type Finished, finishCall } from "./finish-call.ts";
import { foresee } from "./foresee.ts";
import { overspent, unasked, unrecorded, unsettled } from "./held-back.ts";
import { approvalNote } from "./human-answer.ts";
import type { Lanes } from "./lanes.ts";
import type { Limits } from "./limits.ts";
import { questionReservation } from "./reservation.ts";
import { type Question, questionWith } from "./question.ts";
import { callTexts, questionText, type ShownText } from "./question-text.ts";
import { surroundingsOf, withSurroundings } from "./redact-surroundings.ts";
import { createTold } from "./told.ts";
import type { TextContent, ToolResult } from "./tool.ts";
import { sizeOf } from "./visible-text.ts";
import type { EvidenceWriter } from "./write-evidence.ts";

export interface PreviewParts {
  readonly evidence: EvidenceWriter;
  readonly lanes: Lanes | undefined;
  readonly limits: Limits;
  /** For what the human is shown: `secrets` of what stands at targets, whatever the card says of answers, `none` of what the caller brings. */
  readonly redactors: Readonly<Record<RedactionRule, Redact>>;
  granted(principal: string, tool: string): readonly string[];
}

interface Previewed {
  readonly question: Question;
  readonly receipt: Receipt;
}

type PreviewedCall = BoundCall & {
  readonly deadline: Deadline;
  /** Limits of the budgets that hold for the call. */
  readonly budgets: readonly CallLimit[];
  readonly options: Readonly<Record<string, string>>;
  readonly asking: Exclude<Asking, { readonly how: "none" }>;
  readonly step: Extract<ApprovalStep, { readonly step: "ask" }>;
};

/**
 * Makes the question about a call. It is a read of its own, decided and recorded before anything is looked at: what the
 * human is shown was read under authority, and the record says so. A call that would fail is answered with that, and nobody
 * is asked about it.
 */
export async function previewCall(call: PreviewedCall, parts: PreviewParts): Promise<Previewed | Answer> {
  const { request, server, policy, tool, accepted, matched, principal, step, options, deadline } = call;
  const { evidence, lanes, redactors } = parts;
  const { resultBytes } = parts.limits;
  const { card, decision } = matched;
  const reservation = questionReservation(call.budgets);
  const started = performance.now();
  const approval = approvalNote("asked", { how: call.asking.how, token: step.token });
  const record = recordOf(request, { server, policy, tool, effect: "read", card, decision, approval });
  const decided = await evidence.decide({ ...record, cost: 0, rule: `approval:${card.id}` }, reservation, undefined, step);
  if (decided === undefined) return unrecorded();
  if (decided.decision !== "recorded") return deniedAnswer(ungiven(matched, decided), decided.receipt);
  const { committed } = decided;

  const told = createTold(lanes);
  const by = { principal, card, policy };
  const granted = (): readonly string[] => parts.granted(principal.id, tool.name);
  const narrowed = request.clientRoots !== undefined;
  const context = callContext({ by, granted, narrowed, options, deadline, told, report: () => undefined, resultLimit: resultBytes });
  const ran = await shownBy(call, (run) =>
    runHandler({ tool: { ...tool, run }, accepted, matched, committed, context, deadline, visible: () => [], changes: false }),
  );

  const { facts, texts } = callTexts(call);
  const previewed = ran.ended === "result" ? ran.result.content.filter((part) => part.type === "text") : [];
  const stored = previewed.map((part) => withSurroundings({ type: "text" as const, text: part.text }, { ...surroundingsOf(part), asked: true }));
  const brought = [facts, ...texts.map(({ text = "" }) => text)].map((text): TextContent => ({ type: "text", text }));
  const redact: Redact = (text, surroundings) => redactors[surroundings?.asked === true ? "secrets" : "none"](text, surroundings);
  const shownRan: Ran = ran.ended === "result" ? { ended: "result", result: { content: [...brought, ...stored] } } : ran;
  const finished = await finishCall(shownRan, ran.ended === "result" ? redact : redactors.secrets, resultBytes, told.scrubbed());
  const durationMs = Math.round(performance.now() - started);
  const named = [...texts, ...previewed.map(({ text }): ShownText => ({ name: "what changes", text, size: sizeOf(text) }))];
  const question = finished.ended === "result" ? questionOf(finished, named) : undefined;
  const bytesOut = question === undefined ? finished.outcome.bytesOut : Buffer.byteLength(question.message);
  const spent: Record<string, number> = reservation === undefined ? {} : { bytes: bytesOut };
  const settled = await evidence.settle(committed, { ...finished.outcome, bytesOut, targets: told.targets(), durationMs, spent });
  if (settled === undefined) return unsettled(committed);
  const { exceeded } = settled;
  if (finished.ended === "result" && question !== undefined) return exceeded === undefined ? { question, receipt: committed } : unasked(exceeded, committed);
  const { code, message, said } = finished as Extract<Finished, { ended: "failure" }>;
  return exceeded === undefined ? failedAnswer(code, message, committed, { said }) : overspent(exceeded, committed, { effect: "read", code });
}

/** `named` are the texts with their names and sizes, as they came; the result has them as they may be shown. */
function questionOf({ result }: Extract<Finished, { ended: "result" }>, named: readonly ShownText[]): Question {
  const [cleanFacts = "", ...clean] = result.content.map((part) => (part.type === "text" ? part.text : ""));
  const shown = named.map((each, place) => ({ ...each, text: each.text === undefined ? undefined : clean[place] }));
  return questionWith(questionText(cleanFacts, shown));
}

async function shownBy({ tool, accepted, matched }: PreviewedCall, run: (handler: PreviewedCall["tool"]["run"]) => Promise<Ran>): Promise<Ran> {
  const { would = "fail", fails } = foresee({ tool, accepted }, matched);
  if (fails !== undefined) return { ended: "failure", code: fails, message: `The call would ${would}, so nobody was asked about it.` };
  const nothing: ToolResult = { content: [] };
  return tool.preview === undefined ? { ended: "result", result: nothing } : run(tool.preview.run);
}
