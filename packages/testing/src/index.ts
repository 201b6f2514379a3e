export { answerOf, answerOfError, type Answer, type DenialInAnswer, type FailureInAnswer } from "./answer.ts";
export { LineProcess, type LineProcessOptions } from "./line-process.ts";
export { LineTransport } from "./line-transport.ts";
export { policyMatchers, type PolicyMatchers } from "./matchers.ts";
export { RawClient, type RawMessage } from "./raw-client.ts";
export { eras, startServer, type CallOptions, type Era, type RunningServer, type StartOptions } from "./start-server.ts";
export { tree, type Tree, type TreeSpec } from "./tree.ts";
export { witness, type Witness } from "./witness.ts";
export { withoutGuard } from "./without-guard.ts";
