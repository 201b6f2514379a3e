import type { PolicyHttp } from "@postern/policy";
import type { Bind } from "./bind.ts";
import type { Head } from "./head.ts";
import { refused, type Refused } from "./refused.ts";
import { servedName } from "./served-name.ts";

/**
 * Whether a request was meant for this server (against DNS rebinding), and comes from a page that may send it. On a
 * loopback address its own names are known; every other name, and every origin, is the policy's to give. A request
 * without an Origin comes from no browser.
 */
export function refusalOfNames({ host, origin }: Head, http: PolicyHttp | undefined, bind: Bind): Refused | undefined {
  if (!servedName(host, http, bind)) return refused(403, "input.invalid", "host", "This server is not called by that Host.");
  if (origin === undefined || http?.allowedOrigins.includes(origin) === true) return undefined;
  return refused(403, "input.invalid", "origin", "Pages of this Origin may not call this server.");
}
