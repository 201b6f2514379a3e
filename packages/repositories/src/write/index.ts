export type { ChangeAuthority, SendRequest, SentChange } from "./change-authority.ts";
export { type ChangeKind, createChangeKind, type HeldChange } from "./write-kind.ts";
export { type WriteOperation, writeOperations } from "./write-operations.ts";
export type { WriteScope } from "./write-scope.ts";
export type { ChangeTarget, RawChange, WrittenFile } from "./write-target.ts";
