import { createHash } from "node:crypto";
import { permits, sees, tokenOf } from "./access.ts";
import { missing, Refusal, type Answer, type Call, type Media, type RepoCall, type Route } from "./call.ts";
import type { Fault } from "./faults.ts";
import type { GithubState, Token } from "./github-state.ts";
import { requestWrongs } from "./openapi-request.ts";
import type { Api } from "./openapi.ts";
import { nobody, rateHeaders, type Rates } from "./rates.ts";
import { matchRoute } from "./routing.ts";
import type { AppSeed } from "./seeds.ts";
import type { Seen } from "./seen.ts";

export interface Host {
  readonly state: GithubState;
  readonly rates: Rates;
  readonly apps: Readonly<Record<string, AppSeed>>;
  readonly api: Api | undefined;
  readonly violations: string[];
  readonly limits: Call["limits"];
}

export const primaryLimit = "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, please include the request ID.";

/** An operation that the host has, asked for as it is described; or what answers one that is not. */
export type Understood =
  | { readonly route: Route; readonly parameters: Readonly<Record<string, string>>; readonly path: string }
  | { readonly refusal: Answer; readonly route?: undefined };

/** What a request asks for. What is wrong with it is kept as a violation, whatever fault it meets afterwards. */
export function understand({ state, api, violations }: Host, seen: Seen): Understood {
  const { method, query, headers, text } = seen;
  const path = byNumber(state, seen.path);
  const matched = matchRoute(method, path);
  if (matched === undefined) {
    violations.push(`${method} ${seen.url}: no such operation`);
    return { refusal: refused(missing()) };
  }
  const { route, parameters, wrong } = matched;
  seen.operation = `${route.method} ${route.template}`;
  const asked = { method, template: route.template, parameters, query: new URLSearchParams(query), headers, body: text };
  const wrongs = [...wrong, ...requestWrongs(asked, api)];
  if (wrongs.length === 0) return { route, parameters, path };
  violations.push(...wrongs.map((each) => `${method} ${seen.url}: ${each}`));
  return { refusal: refused(new Refusal(400, `Not as described: ${wrongs.join("; ")}`)) };
}

/** An operation, answered as the host would: for a token that is known, on a repository that it sees, with what it may do. */
export async function answerOf(host: Host, seen: Seen, asked: Understood, fault: Fault | undefined): Promise<Answer> {
  if (asked.route === undefined) return asked.refusal;
  const { state, rates } = host;
  const { route, parameters, path } = asked;
  const { method, query, headers, text } = seen;
  const minting = route.template.startsWith("/app/");
  const known = minting ? {} : tokenOf(state, headers.authorization);
  const token = known?.token;
  const quotaOwner = token?.quotaOwner ?? token?.login ?? (token === undefined ? nobody : "octo-agent");
  const { exceeded, ...rate } =
    route.template === "/rate_limit" ? { ...rates.read(quotaOwner, "core"), exceeded: false } : rates.take(quotaOwner, route.resource);
  const told = { ...rateHeaders(rate), ...(route.needs !== "" && { "x-accepted-github-permissions": route.needs }) };
  try {
    if (known === undefined) throw new Refusal(401, "Bad credentials");
    if (exceeded) throw new Refusal(403, primaryLimit);
    const call: Call = {
      state,
      rates,
      apps: host.apps,
      token,
      needs: route.needs,
      parameters: { ...parameters, "(self)": seen.path },
      query: Object.fromEntries(new URLSearchParams(query)),
      body: text === "" ? {} : (JSON.parse(text) as Call["body"]),
      media: mediaOf(headers.accept),
      login: token?.login ?? "octo-agent",
      authorization: headers.authorization,
      quotaOwner,
      truncateTrees: fault?.kind === "truncated-tree",
      widerMint: fault?.kind === "wider-mint",
      limits: host.limits,
    };
    const answer = parameters["owner"] === undefined ? await route.answer(call) : await inRepository(call, method, path, (inside) => route.answer(inside));
    return unchanged({ ...answer, headers: { ...told, ...answer.headers } }, method, headers["if-none-match"]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refusal = refused(error);
    return { ...refusal, headers: { ...told, ...refusal.headers } };
  }
}

async function inRepository(call: Call, method: string, path: string, answer: (call: RepoCall) => Promise<Answer> | Answer): Promise<Answer> {
  const { state, token, needs, parameters } = call;
  const name = `${parameters["owner"] ?? ""}/${parameters["repo"] ?? ""}`;
  const own = state.named(name);
  const repository = own ?? state.repositories.get(state.former.get(name.toLowerCase().replace(/\.git$/, "")) ?? 0);
  if (repository === undefined || !sees(token, repository)) throw missing();
  const rest = path.split("/").slice(4).join("/");
  const self = `/repositories/${repository.id}${rest === "" ? "" : `/${rest}`}`;
  if (own === undefined) {
    const location = `${state.urls.api}${self}`;
    const [status, message] = method === "GET" ? [301, "Moved Permanently"] : [307, "Temporary Redirect"];
    throw new Refusal(status, message, { url: location }, { location });
  }
  if (method !== "GET" && token === undefined) throw new Refusal(401, "Requires authentication");
  if (!permits(needs, token, repository)) throw new Refusal(403, inaccessible(token));
  return await answer({ ...call, repository, parameters: { ...parameters, "(self)": self } });
}

function inaccessible(token: Token | undefined): string {
  return `Resource not accessible by ${token?.kind === "installation" ? "integration" : "personal access token"}`;
}

/** The host takes a repository's number in place of its name everywhere. */
function byNumber(state: GithubState, path: string): string {
  const [, id, rest = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = id === undefined ? undefined : state.repositories.get(Number(id));
  return repository === undefined ? path : `/repos/${repository.fullName}${rest}`;
}

export function refused({ status, message, more, headers }: Refusal): Answer {
  return { status, headers, body: { message, ...more, documentation_url: "https://docs.github.com/rest", status: String(status) } };
}

function unchanged(answer: Answer, method: string, known: string | undefined): Answer {
  if (method !== "GET" || answer.status !== 200) return answer;
  const tag = `"${createHash("sha256")
    .update(answer.text ?? JSON.stringify(answer.body))
    .digest("hex")}"`;
  const headers = { ...answer.headers, etag: tag };
  return known?.replace(/^W\//, "") === tag ? { status: 304, text: "", headers } : { ...answer, headers };
}

function mediaOf(accept: string | undefined): Media {
  const [, format] = /^application\/vnd\.github(?:\.v3)?\.(raw|diff|patch|object|html|sha|text-match)(?:\+json)?$/.exec(accept ?? "") ?? [];
  return (format as Media | undefined) ?? "json";
}
