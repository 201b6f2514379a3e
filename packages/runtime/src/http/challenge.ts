import type { PolicyHttp } from "@postern/policy";
import { routes } from "./routes.ts";

/** URL of the document that says who issues tokens for us (RFC 9728): the well-known name stands before the resource's own path. */
export function metadataUrl({ resource }: Pick<PolicyHttp, "resource">): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}${routes.metadata}${pathname === "/" ? "" : pathname}`;
}

/** The header that tells a client how to prove who it is (RFC 6750, RFC 9728). */
export function challenge(http: PolicyHttp | undefined, error?: "invalid_token" | "insufficient_scope", scope?: string): Readonly<Record<string, string>> {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
    ...(http === undefined || http.issuers.length === 0 ? [] : [`resource_metadata="${metadataUrl(http)}"`]),
  ];
  return { "www-authenticate": parts.length === 0 ? 'Bearer realm="postern"' : `Bearer ${parts.join(", ")}` };
}
