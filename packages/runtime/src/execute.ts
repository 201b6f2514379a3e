import { Failure, LateDenial, type Change, type Committed, type DenialCode, type FailureCode, type Matched } from "@postern/policy";
import type { Accepted } from "./arguments.ts";
import type { Deadline } from "./deadline.ts";
import { reportInternal } from "./report-internal.ts";
import { ResultTooLarge } from "./result-too-large.ts";
import type { AnyTool, CallContext, Each, ToolResult } from "./tool.ts";

/** How a handler ended. `lingering` is there while it has not: it did not stop when its signal told it to. */
export type Ran =
  | { readonly ended: "result"; readonly result: ToolResult }
  | {
      readonly ended: "failure";
      /** Of a denial, where only the call's course could show it. */
      readonly code: FailureCode | DenialCode;
      readonly message: string;
      /** What happened all the same. */
      readonly changes?: readonly Change[];
      /** What the other side said of it: data, as a result's text is. */
      readonly said?: string;
      readonly lingering?: Promise<unknown>;
    };

export interface Execution {
  readonly tool: AnyTool;
  readonly accepted: Accepted;
  readonly matched: Extract<Matched, { readonly release: unknown }>;
  readonly committed: Committed;
  readonly context: CallContext;
  readonly deadline: Deadline;
  /** What the handler told as visible so far. */
  visible(): readonly Change[];
  /** The call may change something: its record has to tell what became of it, so it is waited for when it has to stop. */
  readonly changes: boolean;
}

/** Milliseconds that a call which may have changed something gets to end by itself after it was told to stop. */
const settling = 10_000;

/**
 * Mints the authority and runs the handler until it ends or has to stop. Never throws: whatever the handler threw
 * becomes a code and a text that is fit for the caller.
 */
export async function runHandler(execution: Execution): Promise<Ran> {
  const { tool, accepted, deadline, context } = execution;
  if (deadline.stopped() !== undefined) return stopped(deadline);
  try {
    const targets = mintAll(execution);
    const running: ToolResult | Promise<ToolResult> = tool.run({ input: accepted.input, targets, context });
    if (!(running instanceof Promise)) return { ended: "result", result: running };
    return await untilStopped(running, execution);
  } catch (error) {
    return failed(error, deadline);
  }
}

function mintAll({ tool, accepted, matched, committed }: Execution): Record<string, unknown> {
  const granted: Record<string, unknown> = {};
  let single = 0;
  let member = 0;
  for (const { name, many, count } of accepted.plan) {
    const kind = tool.targets[name].kind;
    if (!many) {
      const resolved = matched.targets[single++];
      granted[name] = kind.mint(resolved, committed);
      continue;
    }
    const list: Each<unknown>[] = [];
    for (let index = 0; index < count; index += 1, member += 1) {
      const resolution = matched.each[member];
      const shown: string = kind.show(accepted.each[member]?.raw);
      if (resolution === undefined) throw new Error("a member of the list was not decided");
      if (resolution.decision === "allow") list.push({ shown, authority: kind.mint(resolution, committed) });
      else list.push({ shown, denial: { code: resolution.code, message: resolution.message } });
    }
    granted[name] = list;
  }
  return granted;
}

function untilStopped(running: Promise<ToolResult>, { deadline, changes, visible }: Execution): Promise<Ran> {
  return new Promise((resolve) => {
    let ended = false;
    let patience: NodeJS.Timeout | undefined;
    const leave = (): void => {
      const lingering = running.catch(() => undefined);
      if (!ended) resolve(visible().length > 0 ? { ...unconfirmed(visible()), lingering } : { ...stopped(deadline), lingering });
    };
    const onAbort = (): void => {
      // most handlers stop at once; those get the chance to end before their call is called lingering.
      if (changes) patience = setTimeout(leave, settling);
      else setImmediate(leave);
    };
    const end = (ran: Ran): void => {
      ended = true;
      clearTimeout(patience);
      resolve(ran);
    };
    deadline.onStop(() => {
      if (!ended) onAbort();
    });
    running.then(
      (result) => end(deadline.stopped() === "cancelled" && !changes ? stopped(deadline) : { ended: "result", result }),
      (error: unknown) => end(failed(error, deadline)),
    );
  });
}

function failed(error: unknown, deadline: Deadline): Extract<Ran, { ended: "failure" }> {
  // what was done is told whatever the clock says.
  if ((error instanceof Failure || error instanceof LateDenial) && error.changes.length > 0) {
    const { code, message, changes } = error;
    return { ended: "failure", code, message, changes, ...("said" in error && error.said !== undefined && { said: error.said }) };
  }
  // a handler that stops because it was told to throws whatever its reads threw.
  if (deadline.stopped() !== undefined) return stopped(deadline);
  if (error instanceof Failure || error instanceof LateDenial || error instanceof ResultTooLarge)
    return { ended: "failure", code: error.code, message: error.message };
  reportInternal("handler", error);
  return { ended: "failure", code: "internal", message: "The server failed in a way that it did not foresee." };
}

function unconfirmed(changes: readonly Change[]): Extract<Ran, { ended: "failure" }> {
  const message = "The change is made and visible, but the disk did not confirm it in time: a power cut may undo it.";
  return { ended: "failure", code: "fs.committed_not_durable", message, changes };
}

function stopped(deadline: Deadline): Extract<Ran, { ended: "failure" }> {
  return deadline.stopped() === "deadline"
    ? { ended: "failure", code: "deadline", message: "The call took longer than its deadline and was stopped." }
    : { ended: "failure", code: "cancelled", message: "The call was cancelled." };
}
