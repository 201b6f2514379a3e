import type { Change, ContentDigest, TargetRecord } from "@postern/policy";
import { canonicalJson, digits, quote } from "./canonical.ts";
import { cutToFit, leafLimit } from "./cut.ts";
import type { BudgetState, DecisionRecord, OutcomeRecord } from "./record.ts";

/**
 * One event, one leaf. Leaf i is the i-th event of the log, counted from 0, and its body is the exact bytes that a
 * Merkle tree over the log hashes (RFC 6962 §2.1): canonical JSON (RFC 8785), never rewritten.
 *
 * `boot`: a server process opened the log; later leaves name it by its index. `policy`: a policy is about to be used.
 * `decision`, `outcome`: one call. `recovered`: the process of an open call is gone, its outcome is unknown.
 * `sealed`, `resumed`: no space, and space again. `retired`: a server process closed the log.
 */
export type LeafKind = "boot" | "policy" | "decision" | "outcome" | "recovered" | "sealed" | "resumed" | "retired";

/** What the log itself adds to a decision. Times are microseconds since the epoch. */
export interface DecisionFrame {
  readonly call: string;
  readonly time: number;
  readonly boot: number;
  readonly budget: readonly BudgetState[];
}

export interface OutcomeFrame {
  readonly call: string;
  /** Index of the decision's leaf. */
  readonly of: number;
  readonly time: number;
  readonly budget: readonly BudgetState[];
}

/**
 * The body of a decision leaf. Written out by hand, since the order of the keys is known: about a tenth of the cost of
 * the general form. Members that are null or empty are left out.
 */
export function decisionLeaf(record: DecisionRecord, frame: DecisionFrame): Buffer {
  const given = record.arguments;
  return body(
    `{${text("approval", record.approval)}` +
      (given === null ? "" : `"arguments":{"bytes":${digits(given.bytes)},"sha256":${quote(given.sha256)}},`) +
      `"boot":${digits(frame.boot)},` +
      list("budget", frame.budget, budgetState) +
      `"bytes_in":${digits(record.bytesIn)},"call":${quote(frame.call)},` +
      text("client", record.client) +
      text("code", record.code) +
      (record.cost === undefined ? "" : `"cost":${digits(record.cost)},`) +
      `"decision":${quote(record.decision)},` +
      text("effect", record.effect) +
      `"endpoint":${quote(record.endpoint)},"kind":"decision",` +
      text("lane", record.lane) +
      `"policy":${quote(record.policy)},"principal":${quote(record.principal)},` +
      text("protocol", record.protocol) +
      text("quota_owner", record.quotaOwner) +
      text("redact", record.redact) +
      text("route", record.route) +
      `"rule":${quote(record.rule)},"server":${quote(record.server)},` +
      list("targets", record.targets, target) +
      `"tenant":${quote(record.tenant)},"time":${digits(frame.time)},` +
      text("tool", record.tool) +
      `"transport":${quote(record.transport)}}`,
  );
}

/** The body of an outcome leaf. */
export function outcomeLeaf(record: OutcomeRecord, frame: OutcomeFrame): Buffer {
  return body(
    `{${list("budget", frame.budget, budgetState)}"bytes_out":${digits(record.bytesOut)},"call":${quote(frame.call)},` +
      list("changes", record.changes, change) +
      `"duration_ms":${digits(Math.round(record.durationMs * 1000) / 1000)},` +
      text("failure", record.failure) +
      `"kind":"outcome","of":${digits(frame.of)},"outcome":${quote(record.outcome)},` +
      list("redactions", record.redactions, (each) => `{"count":${digits(each.count)},"kind":${quote(each.kind)}}`) +
      (Object.keys(record.spent).length === 0 ? "" : `"spent":${canonicalJson(record.spent)},`) +
      list("targets", record.targets, target) +
      `"time":${digits(frame.time)}}`,
  );
}

/** The body of a leaf of any other kind. */
export function eventLeaf(kind: Exclude<LeafKind, "decision" | "outcome">, time: number, members: Readonly<Record<string, unknown>>): Buffer {
  return body(canonicalJson({ ...members, kind, time }));
}

function body(json: string): Buffer {
  // three bytes is the most that UTF-8 takes for a UTF-16 code unit; most bodies need no second look
  if (!mayHoldSurrogates(json) && (json.length * 3 <= leafLimit || Buffer.byteLength(json) <= leafLimit)) return Buffer.from(json);
  return Buffer.from(cutToFit(JSON.parse(json) as Record<string, unknown>));
}

/** `JSON.stringify` writes a lone surrogate as an escape, `\udXXX`. */
function mayHoldSurrogates(json: string): boolean {
  return json.includes("\\ud");
}

function text(key: string, value: string | null | undefined): string {
  return value === null || value === undefined ? "" : `"${key}":${quote(value)},`;
}

function list<Member>(key: string, members: readonly Member[] | undefined, write: (member: Member) => string): string {
  if (members === undefined || members.length === 0) return "";
  return `"${key}":[${members.map(write).join(",")}],`;
}

function target(record: TargetRecord): string {
  return (
    `{${list("addresses", record.addresses, (step) => `{"address":${quote(step.address)},"category":${quote(step.category)}}`)}` +
    `"argument":${quote(record.argument)},` +
    text("canonical", record.canonical) +
    text("code", record.code) +
    text("cwd", record.cwd) +
    `"decision":${quote(record.decision)},` +
    text("guarantee", record.guarantee) +
    text("host", record.host) +
    `"kind":${quote(record.kind)},` +
    text("lane", record.lane) +
    `"operation":${quote(record.operation)},"raw":${quote(record.raw)}` +
    comma(
      list("redirects", record.redirects, quote) +
        text("repo", record.repo) +
        text("root", record.root) +
        text("rule", record.rule) +
        list("symlinks", record.symlinks, (step) => `{"at":${quote(step.at)},"decision":${quote(step.decision)},"target":${quote(step.target)}}`) +
        list("withheld", record.withheld, quote),
    )
  );
}

function change({ after, argument, before, change: what, count, durable, status }: Change): string {
  return (
    `{${digest("after", after)}"argument":${quote(argument)},${digest("before", before)}"change":${quote(what)},` +
    `${count === undefined ? "" : `"count":${digits(count)},`}"durable":${String(durable)}${status === undefined ? "" : `,"status":${digits(status)}`}}`
  );
}

function digest(key: string, content: ContentDigest | undefined): string {
  if (content === undefined) return "";
  const { bytes, sha256 } = content;
  return `"${key}":{"bytes":${digits(bytes)},"sha256":${sha256 === null ? "null" : quote(sha256)}},`;
}

/** Closes an object after members that each end in a comma. */
function comma(members: string): string {
  return members === "" ? "}" : `,${members.slice(0, -1)}}`;
}

function budgetState(state: BudgetState): string {
  return (
    `{"left":${digits(state.left)},"limit":${digits(state.limit)},"owner":${quote(state.owner)},` +
    `"per":${quote(state.per)},"resource":${quote(state.resource)},"taken":${digits(state.taken)},"windowMs":${digits(state.windowMs)}}`
  );
}
