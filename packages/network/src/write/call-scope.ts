import type { ScopeContext } from "@postern/policy";
import { classify } from "../address.ts";
import { readHostPattern } from "../host-pattern.ts";
import { refusalOfUrl } from "../reach.ts";
import { openUrlScope, type UrlScope } from "../url-scope.ts";
import { type Call, callsIn } from "./call-shape.ts";
import { readUrlTemplate, type UrlTemplate } from "./url-template.ts";

/** One call under the card that gives it. */
export interface OpenCall {
  readonly name: string;
  readonly call: Call;
  readonly template: UrlTemplate;
  /** Exactly the host and the port of the call's own URL. */
  readonly scope: UrlScope;
}

const opened = new WeakMap<object, ReadonlyMap<string, OpenCall>>();

/**
 * Opens all calls of a card, once for all kinds of the family. Throws with one sentence where a URL can never be reached under
 * its card, or would take the credential over a connection that anybody on the way can read.
 */
export function openCalls(targets: object, context: ScopeContext): ReadonlyMap<string, OpenCall> {
  const known = opened.get(targets);
  if (known !== undefined) return known;
  const calls = new Map([...callsIn(targets)].map(([name, call]) => [name, openCall(name, call, targets, context)]));
  opened.set(targets, calls);
  return calls;
}

function openCall(name: string, call: Call, targets: object, context: ScopeContext): OpenCall {
  const template = readUrlTemplate(call.url);
  if (typeof template === "string") throw new Error(`calls.${name}.url ${template}`);
  const { sample } = template;
  const pattern = readHostPattern(sample.host);
  if (typeof pattern === "string") throw new Error(`calls.${name}.url: ${pattern}`);
  const { internal } = targets as { readonly internal?: object };
  const card = openUrlScope(internal === undefined ? {} : { internal }, context);
  const scope: UrlScope = { ...card, hosts: [pattern], ports: [sample.port] };
  const refusal = refusalOfUrl(scope, sample);
  if (refusal !== undefined)
    throw new Error(
      `calls.${name}.url is refused (${refusal.code}): ${internal === undefined ? "the card has no internal networks" : "not a port of internal"}`,
    );
  const category = sample.address === undefined ? "public" : classify(sample.address, scope.settings).category;
  if (category === "metadata" || (category !== "public" && internal === undefined))
    throw new Error(`calls.${name}.url leads to an address that is never given (${category})`);
  if (context.lane !== undefined && !context.lane.reaches(sample.host))
    throw new Error(`calls.${name}.url: the credential ${context.lane.name} is not bound to ${sample.host}`);
  return { name, call, template, scope };
}
