import { appendFileSync } from "node:fs";
import type { Client } from "@modelcontextprotocol/client";
import { startHttpServer, startServer, tree, type Answer, type HttpServer, type RunningServer, type Tree } from "@postern/testing";
import { keyOf, writePolicy } from "./callers.ts";

/** What a client says that its human said. */
export type Said = Readonly<Record<string, unknown>>;
export const yes: Said = { action: "accept", content: { approve: true } };

/** The questions that a human was asked, and who answers them. */
export interface Human {
  readonly questions: string[];
  /** Asked anew for each question. */
  answer: (question: string) => Said | Promise<Said>;
  readonly prepare: (client: Client) => void;
}

export function human(answer: Human["answer"] = () => yes): Human {
  const asked: Human = {
    questions: [],
    answer,
    prepare(client) {
      client.setRequestHandler("elicitation/create", async ({ params }) => {
        asked.questions.push(params.message);
        return (await asked.answer(params.message)) as never;
      });
    },
  };
  return asked;
}

export const ways = ["stdio 2025", "stdio 2026", "HTTP 2025", "HTTP 2026"] as const;
export type Way = (typeof ways)[number];

/** One client of a server whose cards ask for approval, by whatever way. */
export interface Asked extends AsyncDisposable {
  readonly way: Way;
  readonly server: RunningServer | HttpServer;
  readonly policy: string;
  call(tool: string, input: Readonly<Record<string, unknown>>, options?: { readonly signal?: AbortSignal }): Promise<Answer>;
}

const capabilities = { elicitation: { form: {} } };

export interface AskedOptions {
  readonly bin: string;
  /** The folder of the policy file. */
  readonly folder: string;
  /** Cards of the principal `ada`, who comes by stdio and by a key. */
  readonly cards: readonly string[];
  readonly human?: Human;
  readonly evidence?: string;
  /** Further sections of the policy, in YAML. */
  readonly more?: string;
}

export function writeAskedPolicy(folder: string, cards: readonly string[], way: Way): string {
  return way.startsWith("HTTP")
    ? writePolicy(folder, [{ id: "ada" }, { id: "eve" }], cards)
    : writePolicy(folder, [{ id: "eve" }], cards, "  - { id: ada, stdio: true }\n");
}

export async function startAsked(way: Way, { bin, folder, cards, human: asked, evidence, more }: AskedOptions): Promise<Asked> {
  const policy = writeAskedPolicy(folder, cards, way);
  if (more !== undefined) appendFileSync(policy, more);
  const era = way.endsWith("2025") ? "2025" : "2026";
  const client = asked === undefined ? {} : { capabilities, prepare: asked.prepare };
  if (way.startsWith("stdio")) {
    const args = ["--policy", policy, "--principal", "ada", ...(evidence === undefined ? [] : ["--evidence", evidence])];
    const server = await startServer({ bin, args, era, ...client });
    return { way, server, policy, call: (tool, input, options) => server.call(tool, input, options), [Symbol.asyncDispose]: () => server.close() };
  }
  const server = await startHttpServer({ bin, policy, ...(evidence !== undefined && { evidence }) });
  const connected = await server.connect({ token: keyOf("ada"), era, ...client });
  return {
    way,
    server,
    policy,
    call: (tool, input, options) => connected.call(tool, input, options),
    async [Symbol.asyncDispose]() {
      await connected.close();
      await server.close();
    },
  };
}

/** A folder to write in, and the card that gives it when a human says yes. */
export function folderToAsk(): { readonly place: Tree; readonly card: string } {
  const place = tree({ "files/a.txt": "one\ntwo\n", "policy/": true });
  const card = `{ id: asked, server: filesystem-write, principals: [ada], tools: "*", targets: { roots: [ { path: ${place.at("files")} } ], delete: allow }, approval: required }`;
  return { place, card };
}
