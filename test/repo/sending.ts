import { once } from "node:events";
import { setTimeout as pass } from "node:timers/promises";
import type { ServerResponse } from "node:http";
import { primaryLimit, refused } from "./answering.ts";
import { Refusal, type Answer } from "./call.ts";
import { lied, type Fault } from "./faults.ts";

/** What a fault answers before the host does anything; undefined where the host acts all the same. */
export function answeredInstead(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case "redirect":
      return { status: fault.status ?? 302, headers: { location: fault.to }, body: { message: "Found", url: fault.to } };
    case "status":
      return fault.after === true ? undefined : failing(fault.status);
    case "html":
      return {
        status: fault.status ?? 200,
        type: "text/html; charset=utf-8",
        text: "<!doctype html><title>Unicorn!</title><p>This page is taking too long to load.",
      };
    case "primary-limit": {
      const reset = String(Math.floor(Date.now() / 1000) + 1800);
      const headers = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-used": "5000",
        "x-ratelimit-reset": reset,
        "x-ratelimit-resource": "core",
      };
      return refused(new Refusal(403, primaryLimit, {}, headers));
    }
    case "secondary-limit": {
      const wait: Record<string, string> = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      const text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
      return refused(new Refusal(fault.status ?? 403, text, {}, wait));
    }
    case "hang-up":
      return fault.after === true ? undefined : { status: 0 };
    case "not-modified":
      return { status: 304, text: "" };
    default:
      return undefined;
  }
}

function failing(status: number): Answer {
  return status === 500
    ? { status, body: { message: "Server Error" } }
    : { status, type: "text/html; charset=utf-8", text: "<html><body><h1>Bad Gateway</h1></body></html>" };
}

/** Sends an answer, spoiled by the fault that it meets. The status that was sent; undefined where none was. */
export async function send(response: ServerResponse, given: Answer, fault: Fault | undefined): Promise<number | undefined> {
  if (fault?.kind === "hang-up") {
    response.destroy();
    return undefined;
  }
  if (fault?.kind === "slow") await pass(fault.milliseconds);
  if (fault?.kind === "held") await fault.until;
  const answer = fault?.kind === "status" && fault.after === true ? failing(fault.status) : given;
  const { status, headers = {}, text } = answer;
  const body = fault?.kind === "lie" ? lied(answer.body, fault) : answer.body;
  const whole = Buffer.from((text ?? (body === undefined ? "" : JSON.stringify(body))) as string);
  const bytes = fault?.kind === "truncated" ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
  response.writeHead(status, {
    "content-type": answer.type ?? "application/json; charset=utf-8",
    "cache-control": "private, max-age=60, s-maxage=60",
    "x-github-request-id": crypto.randomUUID(),
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    ...headers,
    ...(fault?.kind === "lie" && fault.headers),
    ...(status !== 204 && status !== 304 && fault?.kind !== "huge" && { "content-length": bytes.length }),
  });
  if (fault?.kind === "huge") await pour(response, fault.bytes);
  else if (fault?.kind === "reset") {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
    await pass(5);
    response.socket?.resetAndDestroy();
  } else response.end(bytes);
  return status;
}

/** One long JSON text, as fast as the other side reads it. */
async function pour(response: ServerResponse, bytes: number): Promise<void> {
  const block = Buffer.alloc(64 * 1024, "x");
  const closed = once(response, "close");
  response.write('"');
  for (let left = bytes - 2; left > 0 && !response.destroyed; left -= block.length)
    if (!response.write(block.subarray(0, left))) await Promise.race([once(response, "drain"), closed]);
  response.end('"');
}
