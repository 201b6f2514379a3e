import type { DeniedHop } from "./decide-hop.ts";
import { longestUrl } from "./url-gate.ts";
import type { UrlScope } from "./url-scope.ts";

/** More hosts are not listed in a refusal. */
const shownHosts = 5;

/** One sentence for the caller: what was refused and what would be allowed. Says nothing of addresses. */
export function deniedUrlMessage({ code, rule }: Pick<DeniedHop, "code" | "rule">, scope: UrlScope): string {
  switch (code) {
    case "net.scheme":
      return "Only http:// and https:// URLs can be fetched.";
    case "net.host_not_allowed":
      return `The host is not one that the card ${scope.route} gives; it gives ${given(scope)}.`;
    case "net.port":
      return `The card ${scope.route} does not give this port; it gives ${(scope.internal?.ports ?? scope.ports).join(", ")}.`;
    case "net.name":
      return "Names of this kind lead to other hosts on each network, or to a metadata service, and are not resolved.";
    case "net.address":
      return rule === "metadata"
        ? "Metadata services are never given."
        : "The host leads to an address that is not public, or not in the networks of the card.";
    case "net.ambiguous_ip":
      return "Write the address as four decimal numbers: other spellings are refused.";
    case "net.dns":
      return rule === "dns-not-found" ? "There is no host of this name." : "The name could not be resolved without doubt.";
    default:
      if (rule === "too-long") return `The URL would be longer than ${longestUrl} characters.`;
      return rule === "userinfo"
        ? "A URL with a user name in it is refused."
        : "The URL is not well-formed, or spelled in a way that programs read differently.";
  }
}

/** The same of a redirect: where it leads is the other side's word, and not repeated. */
export function redirectMessage(rule: string): string {
  switch (rule) {
    case "redirect-limit":
      return "The host redirects in a circle, or more often than is followed.";
    case "redirect-ambiguous":
    case "redirect-unreadable":
      return "The host redirects in a way that cannot be read without doubt.";
    case "downgrade":
      return "The host redirects from https to http, which is not followed.";
    case "other-card":
      return "The host redirects to one that another route card governs; ask for that URL in a call of its own.";
    case "approval":
      return "The host redirects to another origin than the one that the human was shown; ask for that URL in a call of its own.";
    default:
      return "The host redirects to where the card does not lead, so that was not followed.";
  }
}

function given({ hosts }: UrlScope): string {
  if (hosts.length === 0) return "none";
  const texts = hosts.slice(0, shownHosts).map(({ text }) => text);
  return hosts.length > shownHosts ? `${texts.join(", ")} and ${hosts.length - shownHosts} more` : texts.join(", ");
}
