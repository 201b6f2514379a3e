import type { Committed, Refused, Resolution, ResolveContext, Resolved, TargetKind } from "@postern/policy";
import { ownAddresses } from "../address.ts";
import { decideHop, type NetworkSettings } from "../decide-hop.ts";
import { deniedUrlMessage } from "../denied-url-message.ts";
import { longestUrl } from "../url-gate.ts";
import { urlRecord } from "../url-record.ts";
import { callNeighbors, type RawCall } from "./call-neighbors.ts";
import { openCalls, type OpenCall } from "./call-scope.ts";
import { callRemarks } from "./call-remarks.ts";
import { callShape } from "./call-shape.ts";
import type { JsonSchema } from "./json-schema.ts";
import { matchPatterns, type Mismatch } from "./match-patterns.ts";
import type { SendAuthority } from "./send-authority.ts";
import { type HeldCall, sendCall, type SendLimits } from "./send-call.ts";
import { fillUrlTemplate, type Unfit } from "./url-template.ts";

/** What a card gives to one tool: its call, where the card declares it. */
export interface CallScope {
  readonly open: OpenCall | undefined;
}

export type CallKind = TargetKind<typeof callShape, RawCall, CallScope, HeldCall, SendAuthority>;

/** Bytes of a body. */
const mostBytes = 64 * 1024;

/**
 * The requests of one declared call. One kind for each name, all of one family: they read the same part of a card. Guarantees:
 * method, scheme, host, port and all of the path that is not left open are the card's; the target of a decision is the whole
 * request, its body included; nothing is sent before every address of the host was classified.
 */
export function callKind(name: string, settings: NetworkSettings, limits: SendLimits): CallKind {
  return {
    name: "url",
    targets: callShape,
    scope: (targets, context) => ({ open: openCalls(targets as object, context).get(name) }),
    remarks: callRemarks,
    close: () => undefined,
    grants: ({ open }) => open !== undefined,
    index: (scopes) => () => [...scopes.keys()].filter((position) => scopes[position]?.open !== undefined),
    overlap: (one, other) => (one.open === undefined || other.open === undefined ? undefined : `the call ${name}`),
    keys: ({ open }) => (open === undefined ? [] : [name]),
    resolve: (raw, { open }, context) => (open === undefined ? undeclared(raw, context) : resolve(raw, open, context, settings)),
    identity: ({ held }) => JSON.stringify([held.open.call.method, held.url, held.body?.toString() ?? null]),
    details: ({ held: { body } }) => (body === undefined ? [] : [{ name: "body", text: body.toString(), json: true }]),
    mint: (resolved, committed) => mint(resolved, committed, limits),
    release: () => undefined,
    neighbors: ({ open }) => (open === undefined ? [] : callNeighbors(open)),
    describe: ({ open }) => (open === undefined ? [] : [describeCall(open)]),
    show,
  };
}

async function resolve(raw: RawCall, open: OpenCall, context: ResolveContext<CallScope>, settings: NetworkSettings): Promise<Resolution<HeldCall>> {
  const { scope, template } = open;
  const { argument, operation, signal } = context;
  const asked = { kind: "url", argument, raw: show(raw), operation };
  const refuse = (code: Refused["code"], rule: string, message: string): Refused => {
    return { decision: "deny", code, rule, message, record: { ...asked, decision: "deny", code, host: template.sample.host } };
  };
  const body = raw.body === undefined ? undefined : Buffer.from(JSON.stringify(raw.body));
  if (body !== undefined && body.length > mostBytes)
    return refuse("limit.input", "body-bytes", `The body is ${body.length} bytes of JSON; at most ${mostBytes} are sent.`);
  // Before anything is done with each text whose time depends on its length.
  if (textLength(raw) > longestUrl) return refuse("net.url", "too-long", deniedUrlMessage({ code: "net.url", rule: "too-long" }, scope));
  const mismatch = matchPatterns(partsOf(raw, open));
  if (mismatch !== undefined) return refuse(...mismatchRefusal(mismatch, open.name));
  const filled = fillUrlTemplate(template, raw.path ?? {}, raw.query ?? {});
  if ("rule" in filled) return refuse("net.url", `path-${filled.rule}`, unfitMessage(filled));
  // The host's addresses are looked up each time: it may have got one since the start.
  const known = { own: ownAddresses(), ...settings, ...scope.settings };
  const hop = await decideHop(filled.url, scope, known, signal);
  const record = urlRecord(hop, asked, scope);
  if (hop.outcome === "denied") return { decision: "deny", code: hop.code, rule: hop.rule, record, message: deniedUrlMessage(hop, scope) };
  return { decision: "allow", record, held: { hop, open, url: filled.url, body, settings: known } };
}

function mint({ record: { argument }, held }: Resolved<HeldCall>, committed: Committed, limits: SendLimits): SendAuthority {
  let used = false;
  return Object.freeze({
    method: held.open.call.method,
    url: held.url,
    host: held.hop.target.host,
    send(choice) {
      // One decision is one request.
      if (used) return Promise.reject(new TypeError("the request of this decision was sent before"));
      used = true;
      return sendCall(choice, { held, argument, committed, limits });
    },
  } satisfies SendAuthority);
}

function undeclared(raw: RawCall, { argument, operation }: ResolveContext<CallScope>): Refused {
  const record = { kind: "url", argument, raw: show(raw), operation, decision: "deny", code: "net.host_not_allowed" } as const;
  return { decision: "deny", code: "net.host_not_allowed", rule: "not-declared", message: "The card does not declare this call.", record };
}

/** Without the body, which is never in a record. */
function show(raw: RawCall): string {
  return JSON.stringify({ ...raw, body: undefined });
}

function textLength({ path = {}, query = {} }: RawCall): number {
  return [...Object.values(path), ...Object.values(query).flat()].reduce<number>((length, value) => length + String(value).length, 0);
}

/** What a caller gave, each part with its schema. */
function partsOf({ path = {}, query = {}, body }: RawCall, { call }: OpenCall): Parameters<typeof matchPatterns>[0] {
  const of = (group: string, values: object, schemas: Readonly<Record<string, JsonSchema>>): Parameters<typeof matchPatterns>[0] =>
    Object.entries(values).flatMap(([name, value]) => (schemas[name] === undefined ? [] : [{ at: `${group}.${name}`, schema: schemas[name], value }]));
  return [
    ...of("path", path, call.path),
    ...of("query", query, call.query),
    ...(call.body === undefined ? [] : [{ at: "body", schema: call.body, value: body }]),
  ];
}

function mismatchRefusal({ at, pattern }: Mismatch, tool: string): [Refused["code"], string, string] {
  if (pattern !== undefined) return ["input.invalid", "schema", `Argument ${JSON.stringify(at)} of ${tool}: has to match ${pattern}.`];
  return [
    "limit.input",
    "pattern-work",
    `The texts of ${tool} take too long to be held to their patterns, at ${JSON.stringify(at)}; send fewer or shorter ones.`,
  ];
}

function unfitMessage({ name, rule }: Unfit): string {
  const why: Readonly<Record<Unfit["rule"], string>> = {
    empty: "is empty",
    "dot-segment": "would lead to another place",
    separator: "holds a separator of paths, or what ends a path",
    control: "holds a control character",
    invisible: "holds a character that nobody sees",
    percent: "holds an encoded character; give it as it is, it is encoded here",
    surrogate: "is no well-formed text",
    template: "would change the URL around it",
  };
  return `The value of ${JSON.stringify(name)} cannot be put into the URL: it ${why[rule]}.`;
}

function describeCall({ call, scope: { internal } }: OpenCall): string {
  const where = internal === undefined ? "public addresses only" : `only in ${internal.networks.map(({ text }) => text).join(", ")}`;
  const { method, url, effect, idempotency, retries } = call;
  return `${method} ${url}, ${where}; ${effect}, key ${idempotency}${retries === 0 ? "" : `, up to ${retries} more tries`}`;
}
