import type { PolicyHttp } from "@postern/policy";
import { metadataUrl } from "./challenge.ts";
import { routes } from "./routes.ts";

/** The document about this protected resource (RFC 9728), where the path names it. It says nothing of principals or cards. */
export function metadataAt(path: string, http: PolicyHttp | undefined): object | undefined {
  if (http === undefined || http.issuers.length === 0) return undefined;
  if (path !== routes.metadata && path !== new URL(metadataUrl(http)).pathname) return undefined;
  return {
    resource: http.resource,
    authorization_servers: http.issuers.map(({ issuer }) => issuer),
    bearer_methods_supported: ["header"],
  };
}
