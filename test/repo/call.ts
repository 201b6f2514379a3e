import type { GithubState, Token } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import type { Rates, Resource } from "./rates.ts";
import type { AppSeed } from "./seeds.ts";

export type Shape = Readonly<Record<string, unknown>>;

/** What is asked for in place of the usual JSON. */
export type Media = "json" | "raw" | "diff" | "patch" | "object" | "html" | "sha" | "text-match";

export interface Call {
  readonly state: GithubState;
  readonly token: Token | undefined;
  /** Decoded, by the names of the template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Shape;
  readonly media: Media;
  /** Whose credentials these are. */
  readonly login: string;
  readonly authorization: string | undefined;
  /** What the operation needs. */
  readonly needs: string;
  readonly quotaOwner: string;
  readonly rates: Rates;
  readonly apps: Readonly<Record<string, AppSeed>>;
  readonly truncateTrees: boolean;
  readonly widerMint: boolean;
  readonly limits: { readonly inlineBytes: number; readonly blobBytes: number; readonly treeEntries: number };
}

export interface RepoCall extends Call {
  readonly repository: Repository;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown to end a call as GitHub ends it. */
export class Refusal extends Error {
  readonly status: number;
  readonly more: Shape;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, more: Shape = {}, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.more = more;
    this.headers = headers;
  }
}

export interface Route {
  readonly method: string;
  readonly template: string;
  /** As the host names it in x-accepted-github-permissions: `a=read,b=write; c=read` is (a and b) or c. */
  readonly needs: string;
  readonly resource: Resource;
  answer(call: Call): Promise<Answer> | Answer;
}

export function repoRoute(operation: string, needs: string, answer: (call: RepoCall) => Promise<Answer> | Answer): Route {
  const [method = "", template = ""] = operation.split(" ");
  return { method, template: `/repos/{owner}/{repo}${template}`, needs, resource: "core", answer: (call) => answer(call as RepoCall) };
}

export function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

/** One page of a list, with the links that the host gives: by the repository's number and not its name. */
export function paged(call: Call, all: readonly unknown[], wrap: (items: readonly unknown[]) => unknown = (items) => items, usual = 30): Answer {
  const size = Number(call.query["per_page"] ?? usual);
  const page = Number(call.query["page"] ?? 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (rel: string, to: number): string => `<${pageUrl(call, to)}>; rel="${rel}"`;
  const links = [
    ...(page > 1 ? [link("prev", page - 1)] : []),
    ...(page < last ? [link("next", page + 1), link("last", last)] : []),
    ...(page > 1 ? [link("first", 1)] : []),
  ];
  return { status: 200, body: wrap(all.slice((page - 1) * size, page * size)), ...(links.length > 0 && { headers: { link: links.join(", ") } }) };
}

function pageUrl({ state, parameters, query }: Call, page: number): string {
  const rest = new URLSearchParams({ ...query, page: String(page) });
  return `${state.urls.api}${parameters["(self)"] ?? ""}?${rest.toString()}`;
}

export function missing(): Refusal {
  return new Refusal(404, "Not Found");
}

export function invalid(message: string, errors: readonly Shape[] = []): Refusal {
  return new Refusal(422, message, errors.length > 0 ? { errors } : {});
}
