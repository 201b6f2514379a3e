import { Vault } from "@postern/credentials";
import { openEvidence, readCalls, type CallView } from "@postern/evidence";
import { parsePolicy, type Principal } from "@postern/policy";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createGuard, createRedactor, serverShape, type Answer, type GuardRequest } from "../src/index.ts";
import { openLanes } from "../src/open-lanes.ts";
import { createLibrary } from "./shelf.ts";

export interface LibraryGuard {
  /** Books that were opened. */
  readonly opened: readonly string[];
  call(who: Principal, tool: string, args: Readonly<Record<string, unknown>>, over?: Partial<GuardRequest>): Promise<Answer>;
  records(): readonly CallView[];
}

/** A directory for evidence that is removed with the test. */
export function evidenceFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "postern-library-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "evidence.db");
}

/** The guard of the library under a policy, closed with the test. A later one may go on with the evidence of an earlier one. */
export async function libraryGuard(source: string, file: string = evidenceFile()): Promise<LibraryGuard> {
  const library = createLibrary();
  const log = await openEvidence({ file, server: "shelf" });
  const policy = parsePolicy(source, "postern.yaml", [serverShape(library.server)]);
  const place = { home: "/", base: "/" };
  const lanes = openLanes(policy, "shelf", place, new Vault({ DOCS: "a-secret-of-docs" }));
  const guard = createGuard({ definition: library.server, policy, log, redactor: createRedactor, ...place, own: [], lanes });
  onTestFinished(async () => {
    await guard.close();
    await log.close();
  });
  return {
    opened: library.opened,
    records: () => readCalls(file, {}),
    call: (principal, tool, args, over = {}) =>
      guard.call({
        principal,
        claimed: principal.id,
        transport: "stdio",
        endpoint: "tools/call",
        protocol: "2025-11-25",
        client: null,
        tool,
        arguments: args,
        digest: { bytes: 2, sha256: "0".repeat(64) },
        bytesIn: 100,
        signal: new AbortController().signal,
        ...over,
      }),
  };
}

/** What an answer tells of its denial or failure. */
export interface Refusal {
  readonly code: string;
  readonly rule?: string;
  readonly retryAfterMs?: number;
}

export function refusalOf(answer: Answer): Refusal | undefined {
  if (answer.form === "error") return answer.error.data as unknown as Refusal;
  return (answer.result._meta["dev.postern/denial"] ?? answer.result._meta["dev.postern/failure"]) as Refusal | undefined;
}
