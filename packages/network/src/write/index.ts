export { callKind, type CallKind, type CallScope } from "./call-kind.ts";
export type { RawCall } from "./call-neighbors.ts";
export { type Call, callsIn, type QuerySchema } from "./call-shape.ts";
export { declaredCalls } from "./declared-calls.ts";
export type { JsonSchema, Scalar } from "./json-schema.ts";
export { optionalMember } from "./optional-member.ts";
export { schemaInput } from "./schema-input.ts";
export type { SendAuthority, SendChoice, Sent } from "./send-authority.ts";
export type { HeldCall, SendLimits } from "./send-call.ts";
