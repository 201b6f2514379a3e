import type { Github } from "./github.ts";

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
}

export type Ask = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Told>;

/** Asks without a client library: no redirect is followed. */
export function asking(github: Github, token?: string): Ask {
  return async (method, path, body, headers = {}) => {
    const sent = { "user-agent": "a test", ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers };
    const response = await fetch(`${github.api}${path}`, {
      method,
      redirect: "manual",
      headers: { ...sent, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
