import { type Lane, openLane, type Scrubber, type Vault } from "@postern/credentials";
import type { Policy, PolicyPlace, Redaction } from "@postern/policy";
import type { Redact, Redacted } from "./clean.ts";
import type { Lanes } from "./lanes.ts";
import { tellOperator } from "./tell-operator.ts";

/** Opens the lanes that the cards of one server name: what other servers use is neither read nor run. */
export function openLanes(policy: Policy, server: string, place: PolicyPlace, vault: Vault): Lanes {
  const tenants = new Map(policy.principals.map(({ id, tenant }) => [id, tenant]));
  const open = new Map<string, Lane>();
  for (const card of policy.routes) {
    if (card.server !== server || card.credential === undefined) continue;
    const declared = policy.credentials.find(({ name }) => name === card.credential);
    if (declared === undefined) continue;
    const stranger = card.principals.find((id) => tenants.get(id) !== declared.tenant);
    if (stranger !== undefined) throw new Error(`the card ${card.id} gives the credential ${declared.name} to ${stranger}, who is of another tenant`);
    if (open.has(declared.name)) continue;
    const tell = (reason: string): void => tellOperator(`postern: the credential ${declared.name} cannot be had: ${reason}\n`);
    open.set(declared.name, openLane(declared, { ...place, vault, tell }));
  }
  const { scrubber } = vault;
  return {
    states: [...open.values()],
    of: (name) => open.get(name),
    scrub: (value) => scrubber.value(value),
    take: (text) => scrubber.text(text),
    redactor: (inner) => (rule) => scrubbing(scrubber, inner(rule)),
  };
}

/**
 * Before the patterns, which would leave half of a secret that they take for something else. Where the text comes with
 * surroundings, positions count, and it is done behind them.
 */
function scrubbing(scrubber: Scrubber, redact: Redact): Redact {
  return (text, surroundings) => {
    if (surroundings === undefined) {
      const { text: clean, count } = scrubber.text(text);
      const redacted = redact(clean);
      return redacted instanceof Promise ? redacted.then((each) => counted(each, count)) : counted(redacted, count);
    }
    const finish = (redacted: Redacted): Redacted => {
      const { text: clean, count } = scrubber.text(redacted.text);
      return counted({ ...redacted, text: clean }, count);
    };
    const redacted = redact(text, surroundings);
    return redacted instanceof Promise ? redacted.then(finish) : finish(redacted);
  };
}

function counted({ text, found }: Redacted, count: number): Redacted {
  const lane: readonly Redaction[] = count === 0 ? [] : [{ kind: "lane", count }];
  return { text, found: [...found, ...lane] };
}
