import { decideHop, type AllowedHop, type NetworkSettings, ownAddresses } from "@postern/network";
import type { Committed, Resolution, ResolveContext, Resolved, TargetKind, TargetRecord } from "@postern/policy";
import type { RepoAuthority } from "./authority.ts";
import { askRepo } from "./ask-repo.ts";
import { downloadFromRepo } from "./download-from-repo.ts";
import { IdentityPins } from "./identity-pins.ts";
import { indexByRepository } from "./index-by-repository.ts";
import type { MakeRequester } from "./octokit-port.ts";
import { repoNeighbors } from "./repo-neighbors.ts";
import { openRepoScope, type RepoScope } from "./repo-scope.ts";
import { repoShape } from "./repo-shape.ts";
import { canonicalTarget, type RawRepo, readTarget, type RepoTarget } from "./repo-target.ts";

/** What a decision holds until it is used: the target, and the interface's address as it was classified. */
export interface HeldRepo {
  readonly target: RepoTarget;
  readonly scope: RepoScope;
  readonly hop: AllowedHop;
  readonly settings: NetworkSettings;
}

export type RepoKind = TargetKind<typeof repoShape, RawRepo, RepoScope, HeldRepo, RepoAuthority>;

/**
 * Repositories of a card. Guarantees: a call is judged by owner, repository, ref, path and query before its host is asked
 * anything; what is asked afterwards names the repository that was decided, at an address that was classified.
 */
export function createRepoKind(makeRequester: MakeRequester): RepoKind {
  const pins = new IdentityPins();
  return {
    name: "repo",
    targets: repoShape,
    scope: openRepoScope,
    close: () => undefined,
    grants: (scope, access) => scope.repos.size > 0 && (access === "read" || scope.branches !== undefined),
    index: indexByRepository,
    overlap(one, other) {
      const shared = [...one.repos.keys()].find((key) => one.api === other.api && other.repos.has(key));
      return shared === undefined ? undefined : `repository ${shared}`;
    },
    keys: ({ repos }) => [...repos.keys()],
    resolve,
    mint: (resolved, _committed: Committed) => mint(resolved, makeRequester, pins),
    release: () => undefined,
    neighbors: repoNeighbors,
    describe: describeScope,
    show,
  };
}

async function resolve(raw: RawRepo, scope: RepoScope, context: ResolveContext<RepoScope>): Promise<Resolution<HeldRepo>> {
  const { argument, operation, signal } = context;
  const asked = { kind: "repo", argument, raw: show(raw), operation } as const;
  const target = readTarget(raw, scope, context);
  if ("code" in target) {
    const { code, rule, message } = target;
    return { decision: "deny", code, rule, message, record: { ...asked, decision: "deny", code, repo: `${raw.owner ?? ""}/${raw.repo ?? ""}`.toLowerCase() } };
  }
  // The host's addresses are looked up each time: it may have got one since the start.
  const settings = { own: ownAddresses(), ...scope.settings };
  const hop = await decideHop(scope.api, scope.reach, settings, signal);
  const record: Omit<TargetRecord, "decision"> = {
    ...asked,
    canonical: canonicalTarget(target),
    repo: target.repo.key,
    host: hostOf(scope),
    ...(hop.seen.length > 0 && { addresses: hop.seen.map(({ address, category }) => ({ address, category })) }),
    ...(scope.lane !== undefined && { lane: scope.lane.name }),
  };
  if (hop.outcome === "allowed") return { decision: "allow", record: { ...record, decision: "allow" }, held: { target, scope, hop, settings } };
  const { code, rule } = hop;
  const message = "The repository host's name does not lead to an address that the card gives.";
  return { decision: "deny", code, rule, message, record: { ...record, decision: "deny", code, withheld: ["addresses"] } };
}

function mint({ held }: Resolved<HeldRepo>, makeRequester: MakeRequester, pins: IdentityPins): RepoAuthority {
  const { target, scope } = held;
  const { repo } = target;
  const asking = { held, requester: makeRequester({ baseUrl: scope.api, userAgent: "postern-repo/0.1" }) };
  const proven = (signal: AbortSignal): Promise<void> =>
    pins.prove(scope.api, repo, async () => (await askRepo("GET /repos/{owner}/{repo}", { signal }, asking)).data);
  return Object.freeze({
    ...target,
    name: `${repo.owner}/${repo.repo}`,
    gives: (path) => scope.paths?.some((pattern) => pattern.matches(path) || pattern.leadsTo(path)) ?? true,
    givesFile: (path) => scope.paths?.some((pattern) => pattern.matches(path)) ?? true,
    boundToBranches: scope.branches !== undefined,
    givesTag: (name) => scope.tags?.some((pattern) => pattern.matches(name)) ?? true,
    givesBranch: (name) => scope.branches?.some((pattern) => pattern.matches(name)) ?? true,
    literalBranches: (scope.branches ?? []).map(({ text }) => text).filter((text) => !/[*?]/.test(text)),
    async ask(operation, request) {
      await proven(request.signal);
      return await askRepo(operation, request, asking);
    },
    async download(operation, request) {
      await proven(request.signal);
      return await downloadFromRepo(operation, request, asking);
    },
  } satisfies RepoAuthority);
}

function hostOf({ api }: RepoScope): string {
  return new URL(api).hostname;
}

function describeScope(scope: RepoScope): readonly string[] {
  const of = (name: string, patterns: RepoScope["paths"]): string => (patterns === undefined ? "" : `, ${name} ${patterns.map(({ text }) => text).join(" ")}`);
  const bounds = `${of("branches", scope.branches)}${of("paths", scope.paths)}`;
  return [...scope.repos.values()].map(({ owner, repo, id }) => `${owner}/${repo}${id === undefined ? "" : ` (number ${id})`} on ${hostOf(scope)}${bounds}`);
}

function show(raw: RawRepo): string {
  return JSON.stringify(raw);
}
