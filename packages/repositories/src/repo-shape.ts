import { parseNetwork, readHostPattern, readUrl } from "@postern/network";
import { z, type ZodString } from "zod";
import { readNamePattern } from "./name-pattern.ts";
import { readRepoName } from "./repo-name.ts";

const none = "is empty, so the card would give nothing; name at least one";

function judged(problemOf: (text: string) => string | undefined): ZodString {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

const repoName = judged((text) => {
  const [owner = "", repo = "", more] = text.split("/");
  if (more !== undefined || repo === "") return `${JSON.stringify(text)} is no repository (as acme/widget)`;
  const read = readRepoName(owner, repo);
  return typeof read === "string" ? read : undefined;
});

/** A pattern over branches, tags, paths or labels. */
export const patternSchema = judged((text) => {
  const read = readNamePattern(text);
  return typeof read === "string" ? read : undefined;
});

const network = judged((text) => (parseNetwork(text) === undefined ? `${JSON.stringify(text)} is no network (as 10.20.0.0/16)` : undefined));

const hostPattern = judged((text) => {
  const read = readHostPattern(text);
  return typeof read === "string" ? read : undefined;
});

const apiUrl = judged((text) => {
  const read = readUrl(text);
  if (read.outcome === "refused") return `${JSON.stringify(text)} is no URL of a host's interface (${read.rule})`;
  if (read.url.search !== "" || read.url.hash !== "" || text !== read.url.href.replace(/\/$/, ""))
    return "is written without query, fragment and slash at its end";
  return undefined;
});

/** How a card writes what it gives of repositories. */
export const repoShape = {
  repos: z
    .array(
      z.union([
        repoName,
        z.strictObject({
          name: repoName,
          id: z.int().positive().describe("The host's number of the repository: another one that took its name is refused."),
        }),
      ]),
    )
    .optional()
    .describe("Repositories that the card gives, as owner/name or with their number. None gives nothing."),
  branches: z
    .array(patternSchema)
    .min(1, none)
    .optional()
    .describe("Branches: * within a part, ** over parts. Reading: absent gives all. Writing: absent gives none."),
  tags: z.array(patternSchema).min(1, none).optional().describe("Tags that may be read. Absent: all, or none where branches are named."),
  paths: z
    .array(patternSchema)
    .min(1, none)
    .optional()
    .describe("Paths: * within a part, ** over parts. Reading: absent gives all. Writing: absent gives none."),
  commits: z
    .enum(["deny", "reachable"])
    .optional()
    .describe("Commits by their SHA: never (default), or those that are part of a branch of the card. Others may be a fork's."),
  pullRequests: z.enum(["deny", "allow"]).optional().describe("The content of pull requests as refs: what somebody outside proposes. Default: deny."),
  api: apiUrl.optional().describe("Address of the host's REST interface. Default: https://api.github.com. GitHub Enterprise Server: https://HOST/api/v3."),
  downloads: z.array(hostPattern).optional().describe("Hosts that the interface may send to for logs. Default for github.com: its own; otherwise none."),
  internal: z
    .strictObject({
      networks: z.array(network).min(1, none).describe("Networks that every address of the host must lie in."),
      ports: z.array(z.int().min(1).max(65_535)).min(1, none).optional().describe("Ports of the hosts of downloads there. Default: 443 and the interface's."),
    })
    .optional()
    .describe("The host is one of the operator's own networks, and none of the public one."),
};
