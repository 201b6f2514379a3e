import { type AllowedHop, decideHop, type NetworkSettings, ownAddresses } from "@postern/network";
import type { Committed, Resolution, ResolveContext, Resolved, TargetKind, TargetRecord } from "@postern/policy";
import { askRepo } from "../ask-repo.ts";
import { IdentityPins } from "../identity-pins.ts";
import type { MakeRequester } from "../octokit-port.ts";
import { indexByRepository } from "../index-by-repository.ts";
import type { ChangeAuthority } from "./change-authority.ts";
import { sendToRepo } from "./send-to-repo.ts";
import { changeNeighbors } from "./write-neighbors.ts";
import { openWriteScope, type WriteScope } from "./write-scope.ts";
import { writeShape } from "./write-shape.ts";
import { canonicalChange, type ChangeTarget, type RawChange, readChange } from "./write-target.ts";

export interface HeldChange {
  readonly target: ChangeTarget;
  readonly scope: WriteScope;
  readonly hop: AllowedHop;
  readonly settings: NetworkSettings;
}

export type ChangeKind = TargetKind<typeof writeShape, RawChange, WriteScope, HeldChange, ChangeAuthority>;

/** Changes to repositories of a card, with the guarantees of what reads them. A call is judged as a whole: one file that is not given refuses all. */
export function createChangeKind(makeRequester: MakeRequester): ChangeKind {
  const pins = new IdentityPins();
  return {
    name: "repo",
    targets: writeShape,
    scope: openWriteScope,
    close: () => undefined,
    grants: (scope) => scope.repos.size > 0,
    index: indexByRepository,
    overlap(one, other) {
      const shared = [...one.repos.keys()].find((key) => one.api === other.api && other.repos.has(key));
      return shared === undefined ? undefined : `repository ${shared}`;
    },
    keys: ({ repos }) => [...repos.keys()],
    resolve,
    identity: ({ held: { target } }) => JSON.stringify([canonicalChange(target), target]),
    details: ({ held: { target } }) => (target.files ?? []).map(({ path, content }) => ({ name: path, text: content })),
    mint: (resolved, _committed: Committed) => mint(resolved, makeRequester, pins),
    release: () => undefined,
    neighbors: changeNeighbors,
    describe: describeScope,
    show,
  };
}

async function resolve(raw: RawChange, scope: WriteScope, { argument, operation, signal }: ResolveContext<WriteScope>): Promise<Resolution<HeldChange>> {
  const asked = { kind: "repo", argument, raw: show(raw), operation } as const;
  const target = readChange(raw, scope);
  if ("code" in target) {
    const { code, rule, message } = target;
    return { decision: "deny", code, rule, message, record: { ...asked, decision: "deny", code, repo: `${raw.owner ?? ""}/${raw.repo ?? ""}`.toLowerCase() } };
  }
  const settings = { own: ownAddresses(), ...scope.settings };
  const hop = await decideHop(scope.api, scope.reach, settings, signal);
  const record: Omit<TargetRecord, "decision"> = {
    ...asked,
    canonical: canonicalChange(target),
    repo: target.repo.key,
    host: new URL(scope.api).hostname,
    ...(hop.seen.length > 0 && { addresses: hop.seen.map(({ address, category }) => ({ address, category })) }),
    ...(scope.lane !== undefined && { lane: scope.lane.name }),
  };
  if (hop.outcome === "allowed") return { decision: "allow", record: { ...record, decision: "allow" }, held: { target, scope, hop, settings } };
  const { code, rule } = hop;
  const message = "The repository host's name does not lead to an address that the card gives.";
  return { decision: "deny", code, rule, message, record: { ...record, decision: "deny", code, withheld: ["addresses"] } };
}

function mint({ held }: Resolved<HeldChange>, makeRequester: MakeRequester, pins: IdentityPins): ChangeAuthority {
  const { target, scope } = held;
  const { repo } = target;
  const asking = { held, requester: makeRequester({ baseUrl: scope.api, userAgent: "postern-repo/0.1" }) };
  const proven = (signal: AbortSignal): Promise<void> =>
    pins.prove(scope.api, repo, async () => (await askRepo("GET /repos/{owner}/{repo}", { signal }, asking)).data);
  return Object.freeze({
    ...target,
    name: `${repo.owner}/${repo.repo}`,
    givesBranch: (name) => (scope.branches ?? []).some((pattern) => pattern.matches(name)),
    namesBranch: (name) => (scope.branches ?? []).some(({ text }) => text === name),
    givesBase: (name) => scope.bases.some((pattern) => pattern.matches(name)),
    givesLabel: (name) => scope.labels.some((pattern) => pattern.matches(name)),
    givesWorkflow: (file) => scope.workflows.includes(file),
    async ask(operation, request) {
      await proven(request.signal);
      return await askRepo(operation, request, asking);
    },
    async send(operation, request) {
      await proven(request.signal);
      return await sendToRepo(operation, request, asking);
    },
  } satisfies ChangeAuthority);
}

function describeScope({ repos, api, branches, bases, paths, labels, workflows }: WriteScope): readonly string[] {
  const of = (name: string, given: readonly string[]): string => (given.length === 0 ? "" : `, ${name} ${given.join(" ")}`);
  const texts = (patterns: WriteScope["paths"]): readonly string[] => (patterns ?? []).map(({ text }) => text);
  const bounds = `${of("branches", texts(branches))}${of("bases", texts(bases))}${of("paths", texts(paths))}${of("labels", texts(labels))}${of("workflows", workflows)}`;
  return [...repos.values()].map(({ owner, repo, id }) => `${owner}/${repo}${id === undefined ? "" : ` (number ${id})`} on ${new URL(api).hostname}${bounds}`);
}

/** Without what files hold, which is never in a record. */
function show(raw: RawChange): string {
  return JSON.stringify({
    ...raw,
    ...(raw.files !== undefined && { files: raw.files.map(({ path, content }) => ({ path, bytes: Buffer.byteLength(content) })) }),
  });
}
