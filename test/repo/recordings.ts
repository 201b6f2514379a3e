import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const file = fileURLToPath(new URL("../../../shared/data/github-recordings-octokit-rb.ndjson.gz", import.meta.url));

/** One exchange with the real host. */
export interface Recording {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

interface Line {
  readonly m: string;
  readonly u: string;
  readonly s: number;
  readonly h: Recording["headers"];
  readonly b: unknown;
}

/** Empty where the corpus is not beside this clone. */
export function recordings(): readonly Recording[] {
  if (!existsSync(file)) return [];
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  return lines.map((line) => {
    const { m, u, s, h, b } = JSON.parse(line) as Line;
    const headers = Object.fromEntries(Object.entries(h).map(([name, values]) => [name, values.map(named)]));
    return { method: m.toUpperCase(), url: named(decodeURI(u)), status: s, headers, body: named(textOf(b)) };
  });
}

/** Names in the place of those that the recordings of test accounts leave open. */
function named(text: string): string {
  return text
    .replaceAll(/(?:<|%3C)GITHUB_[A-Z_]*(?:LOGIN|ORGANIZATION)(?:>|%3E)/g, "octo")
    .replaceAll(/(?:<|%3C)GITHUB_TEST_REPOSITORY(?:>|%3E)/g, "test-repo")
    .replaceAll(/<GITHUB_[A-Z_]+>/g, "1");
}

/** Bodies are text, or JSON that was parsed, or base64 of either. */
function textOf(body: unknown): string {
  if (typeof body !== "string") return JSON.stringify(body);
  if (/^\s*(?:[[{"]|$)/.test(body)) return body;
  const decoded = Buffer.from(body, "base64").toString();
  return /^\s*[[{]/.test(decoded) ? decoded : body;
}

export interface Replay extends AsyncDisposable {
  readonly api: string;
  /** Path and query of each request that came. */
  readonly requests: string[];
  /** What the next requests get. */
  answer: Recording | undefined;
}

const own = "https://api.github.com";

/** A host on loopback that answers with a recording, under its own name. */
export async function replay(): Promise<Replay> {
  const requests: string[] = [];
  const state: { answer: Recording | undefined } = { answer: undefined };
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const { answer } = state;
    if (answer === undefined) return response.writeHead(500).end();
    const location = answer.headers["Location"]?.[0]?.replace(own, api);
    const link = answer.headers["Link"]?.[0]?.replaceAll(own, api);
    response.writeHead(answer.status, {
      "content-type": "application/json; charset=utf-8",
      ...(location !== undefined && { location }),
      ...(link !== undefined && { link }),
    });
    return response.end(answer.body.replaceAll(own, api));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    api,
    requests,
    get answer() {
      return state.answer;
    },
    set answer(answer) {
      state.answer = answer;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
