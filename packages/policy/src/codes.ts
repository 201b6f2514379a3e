/**
 * Every code that a caller, a record or a test can meet, each with the one sentence that documents it.
 * A denial says that policy refused a call before anything happened; a failure says that an allowed call went wrong.
 * The two families never overlap, so a record can always be read without its text.
 */
export const denialCodes = {
  "tool.unknown": "No tool of this name exists for this principal.",
  "input.invalid": "The message or its arguments do not fit the closed schema.",
  "input.key_reused": "The idempotency key came with another request before.",
  "input.key_in_flight": "The first call with this idempotency key is not over yet.",
  "input.key_unknown": "What became of the first call with this idempotency key is not known.",
  "principal.unauthenticated": "No valid proof of identity came with the request.",
  "principal.unknown": "The caller is authenticated but the policy does not name it.",
  "principal.scope": "The caller's token lacks a scope that this call needs.",
  "policy.empty": "The policy allows this principal nothing on this server.",
  "policy.no_route": "No single route card covers every target of the call.",
  "path.outside_root": "The path does not lie below a root of the card.",
  "path.symlink_escape": "A symbolic link on the way points out of the root, is absolute, leads in a circle, or (for writing) to nothing.",
  "path.mount_crossing": "The path crosses into another mounted file system.",
  "path.special_file": "The target is a device, FIFO or socket.",
  "path.protected": "The name is on the compiled-in list of protected names.",
  "path.excluded": "The card's own deny patterns exclude the path.",
  "path.hardlink": "The file has several hard links and the card refuses such files.",
  "path.invalid": "The path is not well-formed (a NUL character, broken Unicode, too long, too deep).",
  "path.root_replaced": "The directory at the root's configured path is no longer the one that was opened.",
  "path.raced": "The path kept changing while it was being resolved.",
  "net.url": "The URL is malformed or carries something that is not allowed in one.",
  "net.scheme": "The URL's scheme is not allowed.",
  "net.host_not_allowed": "The host is not named by the card.",
  "net.name": "The host name is of a class that is never resolved.",
  "net.address": "The host resolves to an address of a denied class.",
  "net.ambiguous_ip": "The host is an address in an ambiguous spelling.",
  "net.port": "The port is not allowed.",
  "net.dns": "The name could not be resolved without doubt.",
  "net.redirect": "A redirect leads where the card does not.",
  "net.peer_mismatch": "The connected peer is not the address that was classified.",
  "net.header": "A request header is not allowed.",
  "net.content_type": "The answer's content type is not allowed.",
  "net.robots": "The host's robots.txt asks programs to stay away from this URL.",
  "repo.not_allowed": "The repository is not named by the card.",
  "repo.ref": "The ref or branch is not allowed.",
  "repo.path": "The path in the repository is not allowed.",
  "repo.symlink": "A symbolic link in the repository leads out of the allowed paths.",
  "repo.search": "The search cannot be bounded to the allowed repositories.",
  "repo.identity": "The repository that answered is not the one that the card means.",
  "repo.base": "The base branch is not allowed.",
  "repo.input": "An argument cannot be sent to the repository host safely.",
  "credential.missing": "The card names a credential that is not available.",
  "credential.host": "The credential may not be sent to this host.",
  "credential.scope": "The credential does not carry what the call needs.",
  "budget.exhausted": "A budget that the call takes from is used up for now.",
  "budget.loop": "The same call keeps being repeated.",
  "approval.required": "The card asks for a human's approval.",
  "approval.declined": "The human declined.",
  "approval.replayed": "The approval was used before.",
  "approval.mismatch": "The approval was given for another call.",
  "evidence.unavailable": "The evidence log cannot be written, so nothing may happen.",
  "limit.input": "The message or an argument is larger than the limit.",
  "limit.result": "The answer would be larger than the limit.",
  "limit.busy": "Too many calls are waiting already.",
} as const satisfies Record<string, string>;

export const failureCodes = {
  "fs.not_found": "The file or directory does not exist.",
  "fs.exists": "The file or directory exists already.",
  "fs.not_directory": "A directory is needed and this is none.",
  "fs.is_directory": "A file is needed and this is a directory.",
  "fs.permission": "The operating system refuses this process the access.",
  "fs.no_match": "The text to replace was not found.",
  "fs.ambiguous_match": "The text to replace was found more than once.",
  "fs.conflict": "The file changed since it was read, or another writer keeps it busy.",
  "fs.encoding": "The content cannot be decoded as text.",
  "fs.too_large": "The file, or what it would become, is larger than the limit.",
  "fs.no_space": "The file system has no space left.",
  "fs.io": "The operating system reported an input/output error.",
  "fs.committed_not_durable": "The change is visible but was not confirmed to be on disk.",
  "net.connect": "The connection failed.",
  "net.tls": "The TLS handshake failed.",
  "net.timeout": "The other side took too long.",
  "net.status": "The origin answered with an error status.",
  "net.too_large": "The answer is larger than the limit.",
  "net.decode": "The answer cannot be decoded.",
  "net.unknown": "The request was sent, and whether it took effect is not known.",
  "repo.not_found": "The repository object does not exist.",
  "repo.conflict": "The repository object changed or exists already.",
  "repo.rejected": "The repository host rejected the request.",
  "repo.rate_limited": "The repository host's rate limit is used up.",
  "repo.upstream": "The repository host failed.",
  deadline: "The call took longer than its deadline.",
  cancelled: "The caller cancelled the call.",
  internal: "The server failed in a way that it did not foresee.",
} as const satisfies Record<string, string>;

export type DenialCode = keyof typeof denialCodes;
export type FailureCode = keyof typeof failureCodes;

export function isDenialCode(value: string): value is DenialCode {
  return Object.hasOwn(denialCodes, value);
}

export function isFailureCode(value: string): value is FailureCode {
  return Object.hasOwn(failureCodes, value);
}
