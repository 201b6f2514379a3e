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
