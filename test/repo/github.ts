import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerOf, understand, type Host } from "./answering.ts";
import { downloadsOf, type Downloaded } from "./downloads.ts";
import { Faults } from "./faults.ts";
import type { Issue } from "./github-records.ts";
import type { Repository } from "./github-repository.ts";
import { GithubState } from "./github-state.ts";
import { readApi } from "./openapi.ts";
import { Rates, type Resource } from "./rates.ts";
import type { AppSeed, RepositorySeed, TokenSeed } from "./seeds.ts";
import { seenOf, type Seen } from "./seen.ts";
import { answeredInstead, send } from "./sending.ts";

export interface GithubSeed {
  /** By their full name, forks after what they are a fork of. */
  readonly repositories: Readonly<Record<string, RepositorySeed>>;
  readonly tokens?: Readonly<Record<string, TokenSeed>>;
  readonly apps?: Readonly<Record<string, AppSeed>>;
  readonly rates?: Partial<Record<Resource, number>>;
  readonly limits?: Partial<Host["limits"]>;
}

/** A GitHub of a test's own: real git below, everything that was asked kept. */
export interface Github extends AsyncDisposable {
  /** What a card names as `api`. */
  readonly api: string;
  readonly html: string;
  /** Origin that signed addresses lead to. */
  readonly downloads: string;
  readonly downloaded: readonly Downloaded[];
  readonly requests: readonly Seen[];
  /** Requests that are not as the host describes them. Tests assert that there are none. */
  readonly violations: readonly string[];
  /** Whether the host's description lies beside the project: without it only the plainest violations are seen. */
  readonly described: boolean;
  /** Texts in answers that nobody may be shown: tokens, signatures, secrets that were found. */
  readonly secrets: readonly string[];
  readonly faults: Faults;
  repository(name: string): Repository;
  add(name: string, seed: RepositorySeed): Promise<Repository>;
  /** Renames or transfers: the former name leads to the new one until another repository takes it. */
  rename(name: string, to: string): void;
  transferIssue(issue: Issue, to: Repository): Issue;
  grant(token: string, seed: TokenSeed): void;
  revoke(token: string): void;
  /** Forgets requests, downloads and violations, not what they changed. */
  forget(): void;
}

const base = "/api/v3";

/** Starts it on loopback, at ports of its own. */
export async function startGitHub({ repositories, tokens = {}, apps = {}, rates = {}, limits = {} }: GithubSeed): Promise<Github> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "github-"));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const state = new GithubState(directory);
  const requests: Seen[] = [];
  const downloaded: Downloaded[] = [];
  const violations: string[] = [];
  const faults = new Faults();
  const usual = { inlineBytes: 1024 * 1024, blobBytes: 100 * 1024 * 1024, treeEntries: 100_000 };
  const host: Host = { state, rates: new Rates(rates), apps, api: readApi(), violations, limits: { ...usual, ...limits } };
  const server = createServer((request, response) => {
    const answered = answer(request, response, { host, requests, faults });
    answered.catch((error: unknown) => {
      violations.push(`${request.method ?? ""} ${request.url ?? ""}: the fake itself failed: ${String(error)}`);
      response.destroy();
    });
  });
  const downloads = createServer(downloadsOf(state, downloaded, violations));
  const [html, place] = [await listening(server, starting), await listening(downloads, starting)];
  state.urls = { api: `${html}${base}`, html, downloads: place };
  for (const [name, seed] of Object.entries(repositories)) await state.add(name, seed);
  for (const [token, seed] of Object.entries(tokens)) state.grant(token, seed);
  const running = starting.move();
  return {
    api: state.urls.api,
    html,
    downloads: place,
    downloaded,
    requests,
    violations,
    described: host.api !== undefined,
    secrets: state.secrets,
    faults,
    repository: (name) => state.repository(name),
    add: (name, seed) => state.add(name, seed),
    rename(name, to) {
      const repository = state.repository(name);
      state.former.set(name.toLowerCase(), repository.id);
      [repository.owner = "", repository.name = ""] = to.split("/");
    },
    transferIssue(issue, to) {
      const { title, body, author, association, state: told } = issue;
      issue.moved = to.issue({ title, body, author, association, state: told });
      return issue.moved;
    },
    grant: (token, seed) => state.grant(token, seed),
    revoke: (token) => void state.tokens.delete(token),
    forget() {
      for (const list of [requests, downloaded, violations]) list.length = 0;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Hearing {
  readonly host: Host;
  readonly requests: Seen[];
  readonly faults: Faults;
}

async function answer(request: IncomingMessage, response: ServerResponse, { host, requests, faults }: Hearing): Promise<void> {
  response.on("error", () => undefined);
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const seen = seenOf(request, base, Buffer.concat(parts).toString());
  requests.push(seen);
  const fault = faults.take(seen.method, seen.path);
  const asked = understand(host, seen);
  const given = answeredInstead(fault) ?? (await answerOf(host, seen, asked, fault));
  const status = await send(response, given, fault);
  if (status !== undefined) seen.status = status;
}

async function listening(server: Server, starting: AsyncDisposableStack): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  starting.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
