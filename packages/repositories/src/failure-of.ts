import type { Fetched } from "@postern/network";
import { Failure, LateDenial } from "@postern/policy";

/** What a host's refusal means. Names nothing that it says but as what it said. */
export function failureOf({ status, headers, body }: Fetched): Failure | LateDenial {
  const said = messageOf(body);
  const options = said === undefined ? {} : { said };
  const remaining = headers["x-ratelimit-remaining"];
  const limited =
    status === 429 ||
    (status === 403 && (remaining === "0" || headers["retry-after"] !== undefined || /secondary rate limit|abuse detection/i.test(said ?? "")));
  if (limited) return new Failure("repo.rate_limited", `The host's rate limit of this credential is used up${untilText(headers)}.`, options);
  if (status === 401) return new LateDenial("credential.scope", "The host does not take the card's credential.");
  if (status === 403) {
    const { "x-accepted-github-permissions": needs, "x-github-sso": sso } = headers;
    const what =
      sso === undefined
        ? typeof needs === "string" && /^[\w=,;: ]{1,200}$/.test(needs)
          ? ` It needs ${needs}.`
          : ""
        : " It is not authorized for the organization's single sign-on.";
    return new LateDenial("credential.scope", `The card's credential may not do this.${what}`);
  }
  if (status >= 300 && status < 400)
    return new LateDenial("repo.identity", "The host answers for this repository from another place: it was renamed or transferred.");
  if (status === 404 || status === 410) return new Failure("repo.not_found", "The host has nothing there, or the card's credential does not show it.", options);
  if (status === 409) return new Failure("repo.conflict", "The host refuses this as things stand now.", options);
  if (status >= 500) return new Failure("repo.upstream", `The host failed with status ${status}.`, options);
  return new Failure("repo.rejected", `The host refused the request with status ${status}.`, options);
}

function messageOf(body: Buffer): string | undefined {
  try {
    const { message } = JSON.parse(body.toString()) as { readonly message?: unknown };
    return typeof message === "string" && message !== "" ? message.slice(0, 500) : undefined;
  } catch {
    return undefined;
  }
}

function untilText(headers: Fetched["headers"]): string {
  const { "retry-after": seconds, "x-ratelimit-reset": reset } = headers;
  if (typeof seconds === "string" && /^\d{1,6}$/.test(seconds)) return `; it asks for ${seconds} seconds of patience`;
  return typeof reset === "string" && /^\d{1,12}$/.test(reset) ? `; it is new at ${new Date(Number(reset) * 1000).toISOString()}` : "";
}
