import { hash } from "node:crypto";
import { type Call, callKind } from "@postern/network/write";
import { Failure } from "@postern/policy";
import { type AnyTool, composed, tool } from "@postern/runtime";
import { answerText } from "./answer-text.ts";
import { callInput } from "./call-input.ts";
import { limits } from "./limits.ts";

/** The tool of one declared call. */
export function callTool(name: string, call: Call): AnyTool {
  const { method, body, description, effect } = call;
  const input = callInput(call);
  const takes = ["path", "query", "body"].filter((group) => Object.hasOwn(input.shape, group));
  return tool({
    name,
    title: name.replaceAll("_", " "),
    description,
    effect,
    ...((method === "PUT" || method === "DELETE") && { idempotent: true }),
    once: "idempotency_key",
    input,
    targets: { request: composed(callKind(name, {}, limits), { argument: "request", takes, access: "write", operation: method }) },
    foresee: () => ({ would: `send one ${method} request${body === undefined ? "" : " with a body of JSON"}` }),
    async run({ input: given, targets: { request }, context }) {
      const { idempotency_key: key } = given as { readonly idempotency_key?: unknown };
      const sent = await request.send({
        signal: context.signal,
        userAgent: "postern-fetch-write/0.1",
        ...(typeof key === "string" && { idempotencyKey: hostKey(context.caller, name, key) }),
        onFound: (target) => context.found(target),
      });
      const { said, note } = answerText(sent, request.url);
      const { changes, status } = sent;
      if (!sent.accepted) {
        throw new Failure("net.status", `The request arrived, and the host answered with status ${status}.`, {
          changes,
          // No block begins with the words of somebody else.
          said: [note, said].filter(Boolean).join("\n\n"),
        });
      }
      const text = `Status ${status}.${said === "" ? "" : `\n\n${said}`}`;
      return {
        content: [
          { type: "text", text },
          { type: "text", text: note },
        ],
        structuredContent: { status },
        changes,
      };
    },
  });
}

/** The key as the host gets it. Callers who share a credential are one to the host: neither may be answered with the other's call. */
function hostKey(caller: string, name: string, key: string): string {
  return hash("sha256", JSON.stringify([caller, name, key]));
}
