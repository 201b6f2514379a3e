export { metaKeys, type Answer, type CallError, type CallResult } from "./answer.ts";
export { readCommandLine, type Command, type ServeCommand } from "./command-line.ts";
export { listTool, serverShape, type ListedTool } from "./discovery.ts";
export { createGuard, type Guard } from "./guard.ts";
export type { GuardOptions } from "./guard-options.ts";
export type { ExplainRequest, Explanation, GuardRequest, Progress, Refusal } from "./guard-request.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { Lanes, LaneState } from "./lanes.ts";
export { loadGuard, type Loaded, type LoadOptions, type PolicyOrigin } from "./load-guard.ts";
export { main } from "./main.ts";
export { routes as httpRoutes } from "./http/routes.ts";
export { PolicySourceError, readPolicySource } from "./policy-source.ts";
export { createRedactor } from "./lazy-redactor.ts";
export { copying, type Kept, type Part, type Quoted, quoting, withSurroundings, type Surroundings } from "./redact-surroundings.ts";
export { ResultTooLarge } from "./result-too-large.ts";
export type { Prompt } from "./prompt.ts";
export { stdioPrincipal, type StdioCaller } from "./stdio-principal.ts";
export {
  composed,
  defineServer,
  many,
  one,
  text,
  tool,
  type AnyTool,
  type CallContext,
  type ComposedTarget,
  type DeclaredTools,
  type Each,
  type Foresight,
  type ManyTargets,
  type MediaContent,
  type OneTarget,
  type QuickStart,
  type ResourceContent,
  type ServerDefinition,
  type TargetOptions,
  type TargetUse,
  type TargetUses,
  type TextContent,
  type Tool,
  type ToolResult,
} from "./tool.ts";
