import type { Change, FailureCode, TargetState } from "@postern/policy";
import type { Foresight, ToolResult } from "@postern/runtime";

/** The official sentence. Whoever brought a digest gets the next one: they know the content, or they could not have had it. */
export function done(sentence: string, changes: readonly Change[], ifMatch?: string): ToolResult {
  const sha256 = ifMatch === undefined ? undefined : changes[0]?.after?.sha256;
  return { content: [{ type: "text", text: typeof sha256 === "string" ? `${sentence}\n[sha256 ${sha256}]` : sentence }], changes };
}

export function fails(code: FailureCode, would: string): Foresight {
  return { would, fails: code };
}

/** Why nothing could be made at a target whose parents have to exist; undefined: it could. */
export function unreachable({ exists, problem, missing, raw }: TargetState & { readonly raw: string }): Foresight | undefined {
  if (exists !== "missing") return undefined;
  if (problem !== undefined && problem !== "fs.not_found") return fails(problem, `fail at ${JSON.stringify(raw)}`);
  return missing?.length === 1 ? undefined : fails("fs.not_found", `fail: the parent directory of ${JSON.stringify(raw)} does not exist`);
}

export function bytes(count: number | undefined): string {
  return `${count ?? 0} byte${count === 1 ? "" : "s"}`;
}
