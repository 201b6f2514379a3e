import type { Revision } from "./run-suite.ts";

/** Why a scenario, or some of its checks, asks for something that is not there; every other check of it passes. */
export interface NotApplicable {
  readonly why: string;
  /** The checks that find nothing to look at. Absent: the scenario as a whole does. */
  readonly checks?: readonly string[];
}
export type Expected = "passes" | NotApplicable;

const no = (why: string, ...checks: readonly string[]): NotApplicable => (checks.length === 0 ? { why } : { why, checks });

const noResources = no("no server of this runtime has resources");
const noCompletion = no("no server of this runtime completes arguments");
const noLogging = no("logs go to operators; no server of this runtime sends them to clients (deprecated by SEP-2577)");
const noSampling = no("no server of this runtime asks its client for sampling (deprecated by SEP-2577)");
const noRoots = no("no server of this runtime asks for roots in the 2026 era: they narrow nothing on another machine");
const noQuestions = no("a tool of this runtime cannot ask: the guard asks, for approval, and for nothing else");
const noTasks = no("the extension for tasks is not offered");
const noStream = no("what a call answers comes as one document, or on the stream that the call itself keeps open: there is none to take up again");
const noHeaders = no("no tool of this runtime takes an argument from a header (x-mcp-header)");
const noPrompt = no("the server has no prompt of the suite");
const noTool = no("the server has no tool of the suite");

const tasks = ["lifecycle", "capability-negotiation", "wire-fields", "request-state-removal", "mrtr-input", "request-headers"];
const moreTasks = ["dispatch-and-envelope", "status-notifications", "required-task-error", "mrtr-composition"];

/** What holds for every server, in both eras. */
const everywhere: Readonly<Record<string, Expected>> = {
  "dns-rebinding-protection": "passes",
  "tools-list": "passes",
  "server-sse-multiple-streams": "passes",
  "completion-complete": noCompletion,
  "resources-list": noResources,
  "resources-read-text": noResources,
  "resources-read-binary": noResources,
  "resources-templates-read": noResources,
};

const inAll: Readonly<Record<Revision, Readonly<Record<string, Expected>>>> = {
  "2025-11-25": {
    ...everywhere,
    "server-initialize": "passes",
    "server-session-lifecycle": "passes",
    ping: "passes",
    "server-sse-polling": noStream,
    "logging-set-level": noLogging,
    "tools-call-with-logging": noLogging,
    "tools-call-sampling": noSampling,
    "tools-call-elicitation": noQuestions,
    "elicitation-sep1034-defaults": noQuestions,
    "elicitation-sep1330-enums": noQuestions,
    "resources-subscribe": noResources,
    "resources-unsubscribe": noResources,
  },
  "2026-07-28": {
    ...everywhere,
    "http-header-validation": "passes",
    "http-custom-header-server-validation": noHeaders,
    "sep-2164-resource-not-found": noResources,
    ...Object.fromEntries([...tasks, ...moreTasks].map((name) => [`tasks-${name}`, noTasks])),
    "input-required-result-basic-elicitation": noQuestions,
    "input-required-result-basic-sampling": noSampling,
    "input-required-result-basic-list-roots": noRoots,
    "input-required-result-request-state": noQuestions,
    "input-required-result-multiple-input-requests": noQuestions,
    "input-required-result-multi-round": noQuestions,
    "input-required-result-missing-input-response": noQuestions,
    "input-required-result-non-tool-request": noQuestions,
    "input-required-result-result-type": noQuestions,
    "input-required-result-unsupported-methods": "passes",
    "input-required-result-tampered-state": noQuestions,
    "input-required-result-capability-check": noQuestions,
    "input-required-result-ignore-extra-params": noQuestions,
    "input-required-result-validate-input": "passes",
  },
};

/** Of the checks for a server without state: what needs a tool that samples, asks or logs. */
const stateless = ["sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400"];
const asking = "sep-2575-http-server-no-independent-requests-on-stream";
const hints = ["sep-2549-resources-list-caching-hints", "sep-2549-resources-templates-list-caching-hints"];
const contents = ["simple-text", "image", "audio", "embedded-resource", "mixed-content", "error", "with-progress"].map((name) => `tools-call-${name}`);
const prompts = ["get-simple", "get-with-args", "get-embedded-resource", "get-with-image"].map((name) => `prompts-${name}`);

function each(scenarios: readonly string[], expected: Expected): Readonly<Record<string, Expected>> {
  return Object.fromEntries(scenarios.map((scenario) => [scenario, expected]));
}

/** The server that is made for the suite. */
export const ofTarget: Readonly<Record<Revision, Readonly<Record<string, Expected>>>> = {
  "2025-11-25": {
    ...inAll["2025-11-25"],
    ...each([...contents, ...prompts, "prompts-list", "json-schema-2020-12"], "passes"),
  },
  "2026-07-28": {
    ...inAll["2026-07-28"],
    ...each([...contents, ...prompts, "prompts-list", "json-schema-2020-12"], "passes"),
    "server-stateless": no("no tool of this runtime can need sampling, or ask", ...stateless, asking),
    caching: no(noResources.why, ...hints),
  },
};

/** A server that people use, with or without prompts of its own. */
export function ofServer(revision: Revision, hasPrompts: boolean): Readonly<Record<string, Expected>> {
  const own = {
    ...inAll[revision],
    ...each([...contents, "json-schema-2020-12"], noTool),
    ...each(prompts, noPrompt),
    "prompts-list": hasPrompts ? "passes" : noPrompt,
  } as const;
  if (revision === "2025-11-25") return own;
  return {
    ...own,
    "server-stateless": no(noTool.why, ...stateless, asking, "sep-2575-server-no-log-without-loglevel"),
    caching: no("no resources, and prompts only where the server has some", ...hints, ...(hasPrompts ? [] : ["sep-2549-prompts-list-caching-hints"])),
  };
}
