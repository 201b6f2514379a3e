/** What the suite must do: one promise a line. Tests cite the ids that they prove; `coverage.test.ts` holds both sides to it. */
export const requirements = {
  S1: "File tools reach only below the card's roots, on the canonical path, never on the text of the path.",
  S2: "Network tools reach only hosts that the card names, and only addresses that pass classification after resolution.",
  S3: "Write tools reach only the targets that the card names; all inputs are typed, closed schemas; unknown arguments are refused.",
  S4: "An empty, absent or unreadable policy, list, credential or log denies. A blank never means everything.",
  S5: "Endpoint-auth parity: every route that can trigger a tool call applies the same principal and the same policy, or cannot trigger one.",
  N1: "Every tool that reaches a target has a paired fixture: an allowed call, and denied neighbors that are refused by the guard before its handler runs.",
  N2: "The record of both holds raw value, normalized value, caller, tool, endpoint family and rule.",
  N3: "Neighbors run as regression tests in CI and by the operator against the operator's own policy.",
  N4: "Tool schemas and descriptions are linted; a change of a tool's surface is visible in a reviewed lock file.",
  N5: "A generic 500, a silent retry, a partial execution or a hang counts as a failed fixture.",
  F1: "Resolution takes cwd, symlinks, case, Unicode form, mounts, hard links and special files into account and proves the canonical path below a root before any use.",
  F2: "Each operation is bound to: cwd, requested path, canonical path, root, operation class, redaction rule.",
  F3: "Denied: parent traversal, sibling prefix, sibling repository, protected and hidden configuration, host mounts, symlink escape, special files, writes outside policy, also under races.",
  F4: "A path denial carries raw path, canonical path (or that it is withheld), symlink decision, rule and redaction decision, and precedes the handler.",
  U1: "A host is resolved and every address classified before a connection, at each redirect and each retry; the connection goes to the classified address and no other.",
  U2: "Denied unless an explicit internal card names host, network and port: every address class that is not public. Metadata addresses and names are denied always.",
  U3: "A denial records which credential lane it would have used and the rule.",
  U4: "Size, time, decompression, redirects, header set and content type are bounded; what comes back is marked as untrusted and cleaned of invisible text.",
  R1: "Every repo call is bound to an allowed owner/repo, and to ref, branch, base and path; siblings, forks, links, qualifiers and renames do not get around it.",
  R2: "Read and write repo servers use different lanes; a lane's token reaches only its hosts and is never in an argument, answer, log or error.",
  P1: "Every caller has its own principal and tenant; each lane belongs to one tenant; no principal can use another tenant's lane; no shared backend credential.",
  P2: "A low-trust principal never inherits a stronger one's authority, by discovery, by cache, by connection reuse, by session or by retry.",
  P3: "Discovery shows a principal exactly the tools that it may call; a hidden tool is indistinguishable from one that does not exist; its call is denied, typed and recorded.",
  P4: "Tokens are validated (signature, issuer, audience, expiry, type), never accepted from a query string, never passed on.",
  P5: "Read-only is a trust class: separate package, process and handshake; no code that writes.",
  E1: "Every call, also malformed, unauthenticated and denied ones, leaves one decision record: who, what, on which target, by which rule, with which result.",
  E2: "Decision before effect, outcome after; an interrupted call is visible as unfinished; no acknowledged record is lost by kill -9; no log, no call.",
  E3: "Denials are distinguishable from failures by type and by code, everywhere.",
  E4: "The record names lane, quota owner and what the call took from the budget; who used up a shared quota is one query.",
  E5: "The log is tamper-evident and verifiable by tools that are not ours; every answer names its receipt.",
  E6: "A denial, an empty list, an endpoint mismatch or a missing record ends as a typed no-call: nothing beyond the attempt is charged, nothing retried on a broader surface.",
  B1: "A route card names caller, capability, targets, credential lane, quota owner, estimate, effect, retry envelope and receipt; one without what its effect needs is an error.",
  B2: "Budgets are reserved with the decision, survive a restart, are shared by the servers of one host; a noisy loop is stopped and attributed.",
  B3: "Where a card asks for approval, a write needs a human's yes for exactly this call; a yes cannot be replayed, moved to other arguments or forged.",
  T1: "A newcomer forks one server folder, edits the tools, and has a guarded server with neighbors, evidence and discovery; a test does precisely that.",
  T2: "Two commands on a fresh machine: one shows the whole thing working, one passes the tests.",
} as const satisfies Readonly<Record<string, string>>;

export type RequirementId = keyof typeof requirements;

/**
 * Promises that nothing here proves yet, and what has to exist first. An id leaves this table in the change that brings
 * its first test: being listed and cited at once is an error.
 */
export const later: Partial<Readonly<Record<RequirementId, string>>> = {
  T1: "the fork test",
};

/** What a cited promise still lacks, so that a citation is not read as the whole of it. */
export const partly: Partial<Readonly<Record<RequirementId, string>>> = {
  S3: "the filesystem tools and the declared calls of the web; those of repositories are bounded by their kind",
  N4: "schemas are closed and described, by test; the lock file of every tool's surface comes later",
  R1: "by tests against recordings and a GitHub of our own; not against the real host",
  R2: "lanes and the servers that use them; tokens of GitHub Apps, minted narrow, come later",
  E5: "every answer names its receipt; proofs and verification come with the tamper-evident log",
};
