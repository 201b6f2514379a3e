import { sendBeside } from "@postern/network/write";
import { type Change, Failure, LateDenial } from "@postern/policy";
import { hash } from "node:crypto";
import { isOfRepository, parsedJson, refuseUnsafe } from "../ask-repo.ts";
import { apiHeaders } from "../api-headers.ts";
import { failureOf } from "../failure-of.ts";
import type { ApiFetch, Requester } from "../octokit-port.ts";
import { otherRepository } from "../other-repository.ts";
import type { SendRequest, SentChange } from "./change-authority.ts";
import type { HeldChange } from "./write-kind.ts";
import { type WriteOperation, writeOperations } from "./write-operations.ts";

interface Sending {
  readonly held: HeldChange;
  readonly requester: Requester;
}

const limits = { connectMs: 10_000, headersMs: 30_000, answerBytes: 4 * 1024 * 1024 };
/** Members of a body that Octokit would take for itself. */
const own = new Set(["baseUrl", "url", "method", "headers", "request", "mediaType", "owner", "repo"]);

/**
 * Sends one change of the list to the repository of a decision, once. Guarantees as for what reads; a redirect is told as an error, since
 * the change did not happen there.
 */
export async function sendToRepo(
  operation: WriteOperation,
  { parameters = {}, body = {}, signal }: SendRequest,
  { held, requester }: Sending,
): Promise<SentChange> {
  if (!writeOperations.includes(operation)) throw new TypeError(`${operation} is no request that may be sent`);
  const { repo } = held.target;
  for (const [name, value] of Object.entries(parameters)) refuseUnsafe(name, value, operation);
  for (const name of Object.keys(body)) if (own.has(name)) throw new TypeError(`${name} is no member of a body`);
  const seen: { data?: unknown; change?: Change; error?: unknown } = {};
  const fetch: ApiFetch = async (url, { method = "", body: text }) => {
    try {
      const bytes = typeof text === "string" ? Buffer.from(text) : undefined;
      seen.change = { argument: "repo", change: "sent", after: { bytes: bytes?.length ?? 0, sha256: hash("sha256", bytes ?? "") }, durable: true };
      const answer = await send(url, method, bytes, seen.change, operation, held, signal);
      seen.change = { ...seen.change, status: answer.status };
      // What failed at the host may have been done before it did.
      if (answer.status >= 500) throw uncertain(answer.status, seen.change);
      if (answer.status >= 300) throw failureOf({ ...answer, way: [] });
      seen.data = answer.body.length === 0 ? undefined : dataOf(answer, seen.change);
      return new Response("{}", { status: 200, headers: { "content-type": "application/json" } });
    } catch (error) {
      seen.error = error;
      throw error;
    }
  };
  await requester.request(operation, { ...body, ...parameters, owner: repo.owner, repo: repo.repo, request: { fetch } }).catch((error: unknown) => {
    throw seen.error ?? error;
  });
  const { data, change } = seen;
  if (change === undefined) throw new Failure("repo.upstream", "Nothing was sent to the host.");
  const other = otherRepository(data, undefined, { repo, api: held.scope.api });
  if (other !== undefined) throw new LateDenial("repo.identity", `What answered is not the repository that the card means: ${other}.`, { changes: [change] });
  return { data, change };
}

function uncertain(status: number, change: Change): Failure {
  const message = `The host failed with status ${status}: whether the change took effect is not known. It is not sent again.`;
  return new Failure("repo.upstream", message, { changes: [{ ...change, durable: false }] });
}

function dataOf({ body, headers }: Awaited<ReturnType<typeof sendBeside>>, change: Change): unknown {
  try {
    return parsedJson(body, headers["content-type"]);
  } catch (error) {
    throw new Failure("repo.upstream", "The change was made, and what the host answered to it cannot be read.", { cause: error, changes: [change] });
  }
}

async function send(
  url: string,
  method: string,
  body: Buffer | undefined,
  change: Change,
  operation: string,
  held: HeldChange,
  signal: AbortSignal,
): ReturnType<typeof sendBeside> {
  const { scope, hop, settings, target } = held;
  const wanted = operation.split(" ", 1)[0];
  const known = URL.parse(url);
  if (known === null || method !== wanted || !isOfRepository(known, scope, target) || !isChanging(method)) {
    throw new LateDenial("repo.input", "The request would leave the repository. Nothing was sent.");
  }
  const credentials = (await scope.lane?.headersFor(hop.target.host, signal)) ?? {};
  return await sendBeside(hop, {
    url,
    method,
    body,
    headers: { ...apiHeaders, ...(body !== undefined && { "content-type": "application/json" }), ...credentials },
    signal,
    settings,
    limits,
    change,
  });
}

function isChanging(method: string): method is "POST" | "PUT" | "PATCH" | "DELETE" {
  return ["POST", "PUT", "PATCH", "DELETE"].includes(method);
}
