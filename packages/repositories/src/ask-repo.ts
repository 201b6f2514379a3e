import { guardedFetch, hopBeside, RedirectDenied, type Fetched } from "@postern/network";
import { Failure, LateDenial } from "@postern/policy";
import { apiHeaders } from "./api-headers.ts";
import type { RepoAnswer, RepoRequest } from "./authority.ts";
import { failureOf } from "./failure-of.ts";
import { otherRepository } from "./other-repository.ts";
import type { ApiFetch, Requester } from "./octokit-port.ts";
import { readOperations, type ReadOperation } from "./operations.ts";
import type { HeldRepo } from "./repo-kind.ts";
import type { RepoScope } from "./repo-scope.ts";
import type { RepoTarget } from "./repo-target.ts";

type AskScope = Pick<RepoScope, "api" | "reach" | "lane">;
type AskTarget = Pick<RepoTarget, "repo" | "query">;

export interface Asking {
  readonly held: Pick<HeldRepo, "hop" | "settings"> & { readonly scope: AskScope; readonly target: AskTarget };
  readonly requester: Requester;
}

const usualBytes = 4 * 1024 * 1024;
const limits = { redirects: 0, connectMs: 10_000, headersMs: 20_000 };

/**
 * Sends one request of the list to the repository of a decision. Guarantees: the URL that leaves is the template's, filled with
 * this repository's name and nothing that changes its path; no redirect is followed; the body is whole and JSON; what
 * answers says that it is this repository, where it says which.
 */
export async function askRepo(operation: ReadOperation, request: RepoRequest, asking: Asking): Promise<RepoAnswer> {
  if (!readOperations.includes(operation)) throw new TypeError(`${operation} is no request that may be sent`);
  const { repo } = asking.held.target;
  const answer = await sendFilled(operation, request, asking).catch((error: unknown) => {
    throw error instanceof RedirectDenied ? moved(error) : error;
  });
  const data = parsedJson(answer.body, answer.headers["content-type"]);
  const other = otherRepository(data, answer.headers, { repo, api: asking.held.scope.api });
  if (other !== undefined) throw new LateDenial("repo.identity", `What answered is not the repository that the card means: ${other}.`);
  return { data, more: /\brel="next"/.test(headerOf(answer, "link")) };
}

/** Fills a template through Octokit and sends what comes of it. Throws what a host's refusal means, and `RedirectDenied`. */
export async function sendFilled(operation: string, request: RepoRequest, { held, requester }: Asking): Promise<Fetched> {
  const { parameters = {}, signal, mostBytes = usualBytes } = request;
  for (const [name, value] of Object.entries(parameters)) refuseUnsafe(name, value, operation);
  const seen: { answer?: Fetched; error?: unknown } = {};
  const fetch: ApiFetch = async (url, { method = "GET" }) => {
    try {
      seen.answer = await send(url, method, held, signal, mostBytes);
      if (seen.answer.status >= 300) throw failureOf(seen.answer);
      // Read by us, where a half of an answer is an error and not a text.
      return new Response("{}", { status: seen.answer.status, headers: { "content-type": "application/json" } });
    } catch (error) {
      seen.error = error;
      throw error;
    }
  };
  const { repo, query } = held.target;
  const names = isSearch(operation) ? { q: query } : { owner: repo.owner, repo: repo.repo };
  // What was thrown within its fetch comes out of Octokit as an error of status 500.
  await requester.request(operation, { ...parameters, ...names, request: { fetch } }).catch((error: unknown) => {
    throw seen.error ?? error;
  });
  if (seen.answer === undefined) throw new Failure("repo.upstream", "Nothing was asked of the host.");
  return seen.answer;
}

function moved(cause: RedirectDenied): LateDenial {
  return new LateDenial(
    "repo.identity",
    "The host answers for this repository with a redirect: it was renamed or transferred. Its new name is not the card's.",
    { cause },
  );
}

/** A value that changes the path of the URL that it is put into. Templates encode the rest. */
export function refuseUnsafe(name: string, value: unknown, operation: string): void {
  if (
    name === "owner" ||
    name === "repo" ||
    name === "headers" ||
    name === "baseUrl" ||
    name === "url" ||
    name === "method" ||
    name === "request" ||
    name === "mediaType"
  )
    throw new TypeError(`${name} is no parameter of a request`);
  if (typeof value === "number" || typeof value === "boolean" || value === undefined) return;
  if (typeof value !== "string") throw new TypeError(`the parameter ${name} is no scalar`);
  if (!operation.includes(`{${name}}`)) return;
  if (value === "" && name !== "path") throw new LateDenial("repo.input", `The argument ${name} is empty.`);
  if (value.split("/").some((segment) => segment === "." || segment === "..")) throw new LateDenial("repo.input", `The argument ${name} has a dot segment.`);
}

async function send(url: string, method: string, { target, scope, hop, settings }: Asking["held"], signal: AbortSignal, mostBytes: number): Promise<Fetched> {
  const next = hopBeside(hop, url);
  if (method !== "GET" || next === undefined || !isOfRepository(next.target.url, scope, target))
    throw new LateDenial("repo.input", "The request would leave the repository.");
  return await guardedFetch(next, {
    method,
    reach: scope.reach,
    settings,
    limits: { ...limits, wireBytes: mostBytes, decodedBytes: mostBytes },
    signal,
    headers: apiHeaders,
    credentials: async ({ host }) => (await scope.lane?.headersFor(host, signal)) ?? {},
  });
}

/** The second look at what leaves, after the template was filled: in the URL itself. */
export function isOfRepository({ pathname, searchParams }: URL, { api }: AskScope, { repo, query }: AskTarget): boolean {
  const base = new URL(api).pathname.replace(/\/$/, "");
  const below = `${base}/repos/${repo.owner}/${repo.repo}`;
  if (pathname === below || pathname.startsWith(`${below}/`)) return true;
  const asked = searchParams.getAll("q");
  return pathname.startsWith(`${base}/search/`) && asked.length === 1 && query !== undefined && asked[0] === query;
}

function isSearch(operation: string): boolean {
  return operation.startsWith("GET /search/");
}

/** A whole answer as JSON, or the failure that it is none. */
export function parsedJson(body: Buffer, type: unknown): unknown {
  if (typeof type === "string" && /^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
    } catch (error) {
      throw new Failure("repo.upstream", "The host's answer is no JSON.", { cause: error });
    }
  }
  throw new Failure("repo.upstream", "The host answered with something else than JSON.");
}

function headerOf(answer: Fetched, name: string): string {
  const value = answer.headers[name];
  return typeof value === "string" ? value : "";
}
