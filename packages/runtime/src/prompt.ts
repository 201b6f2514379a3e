import { ProtocolError } from "@modelcontextprotocol/server";
import type { Answer } from "./answer.ts";
import type { AnyTool } from "./tool.ts";

/** What a prompt that reaches a target becomes: a call of one tool, decided and recorded like every other. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** All are text (that is all the protocol has). */
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[];
  /** Name of the tool. Who may not call it has no such prompt. */
  readonly tool: string;
  /** Arguments of that tool which the prompt sets by itself; the caller's come on top and meet the tool's closed schema. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

export interface ListedPrompt extends Pick<Prompt, "name" | "title" | "description"> {
  arguments: { name: string; description: string; required: boolean }[];
}

/** The prompts whose tools a principal has. */
export function promptsFor(prompts: readonly Prompt[], tools: readonly AnyTool[]): readonly Prompt[] {
  const names = new Set(tools.map(({ name }) => name));
  return prompts.filter(({ tool }) => names.has(tool));
}

export function listPrompt({ name, title, description, arguments: taken }: Prompt): ListedPrompt {
  return { name, title, description, arguments: taken.map((each) => ({ ...each })) };
}

const invalidParams = -32602;
const internalError = -32603;

/** A call's answer as the prompt's: its content is the user's message. What was denied or failed is an error, with the same data as a tool's. */
export function promptMessages(prompt: Prompt, answer: Answer) {
  if (answer.form === "error") throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
  const { content, _meta } = answer.result;
  if (answer.outcome !== "allowed") {
    const [first] = content;
    const said = first?.type === "text" ? first.text : "";
    throw new ProtocolError(answer.outcome === "denied" ? invalidParams : internalError, said, _meta);
  }
  return { description: prompt.description, messages: content.map((part) => ({ role: "user" as const, content: part })), _meta };
}
