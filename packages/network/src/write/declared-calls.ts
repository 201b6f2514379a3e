import { isDeepStrictEqual } from "node:util";
import { PolicyError, type PolicyProblem, type RouteCard } from "@postern/policy";
import { type Call, callsIn } from "./call-shape.ts";
import { readUrlTemplate } from "./url-template.ts";

/**
 * All calls that the cards of a server declare, by name. Throws `PolicyError` where two cards mean different things by one
 * name, a card names a tool that it does not declare, or a credential would be needed and is not there, or be sent in the open.
 */
export function declaredCalls(cards: readonly RouteCard[], file: string): ReadonlyMap<string, Call> {
  const declared = new Map<string, { readonly call: Call; readonly card: RouteCard }>();
  const problems: PolicyProblem[] = [];
  for (const card of cards) {
    const calls = callsIn(card.targets);
    const report = (name: string, message: string): void => {
      problems.push({ file, line: card.line, column: card.column, path: `card ${card.id} targets.calls.${name}`, message });
    };
    for (const [name, call] of calls) {
      const other = declared.get(name);
      if (other !== undefined && !isDeepStrictEqual(other.call, call)) {
        report(name, `is declared in another way by the card ${other.card.id} (line ${other.card.line}); one tool cannot mean two things`);
      }
      declared.set(name, other ?? { call, card });
      const message = credentialProblem(call, card);
      if (message !== undefined) report(name, message);
    }
    for (const name of card.tools === "*" ? [] : card.tools) {
      if (!calls.has(name)) report(name, "is named under tools, and the card does not declare it");
    }
  }
  if (problems.length > 0) throw new PolicyError(problems);
  return new Map([...declared].map(([name, { call }]) => [name, call]));
}

function credentialProblem({ sign, url }: Call, { credential, targets }: RouteCard): string | undefined {
  if (sign !== undefined && credential === undefined) return "signs its requests, and the card names no credential to sign with";
  const template = readUrlTemplate(url);
  const open = typeof template !== "string" && !template.sample.secure && targets["internal"] === undefined;
  return open && credential !== undefined && sign === undefined ? "would send the credential over http, where anybody on the way can read it" : undefined;
}
