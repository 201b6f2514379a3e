import type { ScopeContext } from "@postern/policy";
import { z } from "zod";
import { type NamePattern, readNamePattern } from "../name-pattern.ts";
import { openRepoScope, type RepoScope } from "../repo-scope.ts";
import { writeShape } from "./write-shape.ts";

/** What one card gives to change, ready to be asked. */
export interface WriteScope extends RepoScope {
  readonly bases: readonly NamePattern[];
  readonly labels: readonly NamePattern[];
  readonly workflows: readonly string[];
  readonly protected: "deny" | "allow";
}

const targetsSchema = z.object(writeShape);

export function openWriteScope(targets: unknown, context: Pick<ScopeContext, "route" | "network" | "lane">): WriteScope {
  const { bases, labels, workflows = [], protected: guarded = "deny" } = targetsSchema.parse(targets);
  return { ...openRepoScope(targets, context), bases: patterns(bases), labels: patterns(labels), workflows, protected: guarded };
}

function patterns(texts: readonly string[] = []): readonly NamePattern[] {
  return texts.map(readNamePattern).filter((read) => typeof read !== "string");
}
