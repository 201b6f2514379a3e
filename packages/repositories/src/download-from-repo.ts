import { decideHop, guardedFetch, RedirectDenied } from "@postern/network";
import { Failure, LateDenial, type TargetRecord } from "@postern/policy";
import { type Asking, sendFilled } from "./ask-repo.ts";
import type { HeldRepo } from "./repo-kind.ts";
import type { RepoRequest } from "./authority.ts";
import { type DownloadOperation, downloadOperations } from "./operations.ts";

const limits = { redirects: 0, connectMs: 10_000, headersMs: 30_000 };

interface Downloading extends Asking {
  readonly held: HeldRepo;
}

export interface DownloadRequest extends RepoRequest {
  /** Told where the host says that the file is, without the signature in its URL. */
  onFound(target: TargetRecord): void;
}

/**
 * Reads a file that the repository's host keeps elsewhere. Guarantees: the place is asked for under the card, is of one of the
 * card's download hosts at public addresses, and gets no credential: its URL carries a signature, which is in no record.
 */
export async function downloadFromRepo(operation: DownloadOperation, { onFound, ...request }: DownloadRequest, asking: Downloading): Promise<Buffer> {
  if (!downloadOperations.includes(operation)) throw new TypeError(`${operation} is no request that may be sent`);
  const { scope, settings } = asking.held;
  const { signal, mostBytes = 16 * 1024 * 1024 } = request;
  const location = await placeOf(operation, request, asking);
  const hop = await decideHop(location, scope.downloads, settings, signal);
  const shown = location.split(/[?#]/, 1)[0] ?? "";
  const record = { kind: "url", argument: "repo", raw: shown, operation: "download", canonical: shown } as const;
  if (hop.outcome === "denied") {
    onFound({ ...record, decision: "deny", code: hop.code, rule: hop.rule });
    throw new LateDenial(hop.code, "The host keeps this file at a place that the card does not give.");
  }
  onFound({ ...record, decision: "allow", host: hop.target.host, addresses: hop.seen.map(({ address, category }) => ({ address, category })) });
  const answer = await guardedFetch(hop, {
    method: "GET",
    reach: scope.downloads,
    settings,
    limits: { ...limits, wireBytes: mostBytes, decodedBytes: mostBytes },
    signal,
    headers: { "user-agent": "postern-repo/0.1" },
  }).catch((error: unknown) => {
    throw error instanceof RedirectDenied ? new LateDenial("net.redirect", "The place of the file answers with another redirect.", { cause: error }) : error;
  });
  if (answer.status !== 200) throw new Failure("repo.not_found", `The file is not there any more (status ${answer.status}).`);
  return answer.body;
}

async function placeOf(operation: DownloadOperation, request: RepoRequest, asking: Asking): Promise<string> {
  try {
    await sendFilled(operation, request, asking);
  } catch (error) {
    if (error instanceof RedirectDenied && error.location !== "") return error.location;
    throw error;
  }
  throw new Failure("repo.upstream", "The host did not say where the file is.");
}
