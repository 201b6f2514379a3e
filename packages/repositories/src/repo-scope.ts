import { networkSettings, type NetworkSettings, parseNetwork, type Reach, readHostPattern, readUrl } from "@postern/network";
import type { CardLane, ScopeContext } from "@postern/policy";
import { z } from "zod";
import { type NamePattern, readNamePattern } from "./name-pattern.ts";
import { readRepoName, type RepoName } from "./repo-name.ts";
import { repoShape } from "./repo-shape.ts";

/** A repository of a card. */
export interface GivenRepo extends RepoName {
  /** The host's number, where the card names it. */
  readonly id: number | undefined;
}

/** What one card gives of repositories, ready to be asked. */
export interface RepoScope {
  readonly route: string;
  readonly repos: ReadonlyMap<string, GivenRepo>;
  /** Absent: all may be read, none may be written. */
  readonly branches: readonly NamePattern[] | undefined;
  readonly tags: readonly NamePattern[] | undefined;
  readonly paths: readonly NamePattern[] | undefined;
  readonly commits: "deny" | "reachable";
  readonly pullRequests: "deny" | "allow";
  /** Address of the interface, without a slash at its end. */
  readonly api: string;
  readonly reach: Reach;
  /** Where the interface may send to for files. */
  readonly downloads: Reach;
  readonly settings: NetworkSettings;
  readonly lane: CardLane | undefined;
}

const targetsSchema = z.object(repoShape);
const publicApi = "https://api.github.com";
/** Where github.com keeps the logs of jobs. */
const publicDownloads = ["*.actions.githubusercontent.com", "*.blob.core.windows.net"];

/** Throws with one sentence where the card contradicts itself. */
export function openRepoScope(targets: unknown, { route, network, lane }: Pick<ScopeContext, "route" | "network" | "lane">): RepoScope {
  const { repos = [], branches, tags, paths, commits = "deny", pullRequests = "deny", api = publicApi, downloads, internal } = targetsSchema.parse(targets);
  const gated = readUrl(api);
  if (gated.outcome === "refused") throw new Error(`${api} is no URL of a host's interface`);
  if (!gated.secure && internal === undefined) throw new Error("the interface is asked over https, where the card does not name internal networks");
  if (lane !== undefined && !lane.reaches(gated.host)) throw new Error(`the credential ${lane.name} is not bound to ${gated.host}`);
  const host = readHostPattern(gated.host);
  if (typeof host === "string") throw new Error(`the interface's host: ${host}`);
  return {
    route,
    repos: new Map(repos.map((written) => givenRepo(written)).map((repo) => [repo.key, repo])),
    branches: patterns(branches),
    // Who names branches means those: a tag may stand anywhere.
    tags: patterns(tags) ?? (branches === undefined ? undefined : []),
    paths: patterns(paths),
    commits,
    pullRequests,
    api,
    reach: { hosts: [host], ports: [gated.port], ...within(internal, [gated.port]) },
    downloads: {
      hosts: (downloads ?? (api === publicApi ? publicDownloads : [])).map(readHostPattern).filter((read) => typeof read !== "string"),
      ports: [443],
      ...within(internal, internal?.ports ?? [443, gated.port]),
    },
    settings: networkSettings(network),
    lane,
  };
}

function within(internal: { readonly networks: readonly string[] } | undefined, ports: readonly number[]): Pick<Reach, "internal"> {
  return internal === undefined ? {} : { internal: { networks: internal.networks.flatMap((text) => parseNetwork(text) ?? []), ports } };
}

function givenRepo(written: string | { readonly name: string; readonly id: number }): GivenRepo {
  const { name, id } = typeof written === "string" ? { name: written, id: undefined } : written;
  const [owner = "", repo = ""] = name.split("/");
  const read = readRepoName(owner, repo);
  if (typeof read === "string") throw new Error(read);
  return { ...read, id };
}

function patterns(texts: readonly string[] | undefined): readonly NamePattern[] | undefined {
  return texts?.map(readNamePattern).filter((read) => typeof read !== "string");
}
