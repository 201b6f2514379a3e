/** What is used of Octokit: the template of a request, filled. The server that depends on it brings it. */
export interface Requester {
  request(route: string, parameters: Readonly<Record<string, unknown>>): Promise<{ readonly data: unknown }>;
}

export interface RequesterOptions {
  readonly baseUrl: string;
  readonly userAgent: string;
}

export type MakeRequester = (options: RequesterOptions) => Requester;

/** The part of a request that a client of ours gets to see, as `fetch` gets it. */
export type ApiFetch = (
  url: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown },
) => Promise<Response>;

/** The hook of Octokit that every request of an instance goes through, while its URL is still the template. */
export interface RequestHook {
  before(name: "request", hook: (options: { readonly method: string; readonly url: string }) => void): void;
}

/** Lets an instance send the operations of a list and no other, whoever asks it to: its plugins and ours alike. */
export function onlyOperations(hook: RequestHook, operations: readonly string[]): void {
  const known = new Set(operations);
  hook.before("request", ({ method, url }) => {
    if (!known.has(`${method} ${url}`)) throw new TypeError(`${method} ${url} is no request that may be sent`);
  });
}
