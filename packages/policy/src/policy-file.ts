import { createHash } from "node:crypto";
import { PolicyError, type PolicyProblem } from "./policy-error.ts";
import { policyProblems } from "./policy-problems.ts";
import { policyRemarks } from "./policy-remarks.ts";
import { policySchema } from "./policy-schema.ts";
import type { Policy } from "./policy.ts";
import { policyFrom } from "./policy-from-file.ts";
import { schemaProblems, type Found } from "./schema-problems.ts";
import { targetsSchema, type ServerShape } from "./server-shape.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

/**
 * Reads a policy file. Guarantees: what comes back is closed (nothing unknown was passed over), consistent (every name
 * leads somewhere) and grants nothing that is not spelled out; anything else is a `PolicyError` with file, line and
 * column of each problem. Targets of cards are checked for the given servers; other servers' cards are passed over and
 * grant nothing here. `file` is a name for messages; nothing is read from disk.
 */
export function parsePolicy(source: string, file: string, servers: readonly ServerShape[]): Policy {
  const yaml = readYaml(source, file);
  if (yaml.value === null) throw failed(yaml, [{ path: [], at: "value", message: "the file is empty; a policy has at least version: 1" }]);
  const schema = policySchema();
  const written = schema.safeParse(yaml.value);
  const found = [...(written.success ? [] : schemaProblems(written.error, schema, yaml.value)), ...targetProblems(yaml.value, servers)];
  if (!written.success) throw failed(yaml, found);
  found.push(...policyProblems(written.data, servers));
  const digest = createHash("sha256").update(source).digest("hex");
  const policy = policyFrom(written.data, { file, digest, yaml, servers });
  const notes = [...policy.notes];
  for (const { path, weight, message } of policyRemarks(policy, servers)) {
    if (weight === "refuse") found.push({ path, at: "value", message });
    else notes.push(yaml.problem(path, "value", message));
  }
  if (found.length > 0) throw failed(yaml, found);
  return { ...policy, notes: notes.toSorted(byPlace) };
}

/** Works on the file as written, so that mistakes in targets show together with those in the rest. */
function* targetProblems(file: unknown, servers: readonly ServerShape[]): Generator<Found> {
  const schemas = new Map(servers.map((server) => [server.name, targetsSchema(server)]));
  const routes = isMap(file) ? file["routes"] : undefined;
  if (!Array.isArray(routes)) return;
  for (const [index, card] of routes.entries()) {
    const schema = isMap(card) && typeof card["server"] === "string" ? schemas.get(card["server"]) : undefined;
    const targets = isMap(card) ? card["targets"] : undefined;
    if (schema === undefined || !isMap(targets)) continue;
    const parsed = schema.safeParse(targets);
    if (!parsed.success) yield* schemaProblems(parsed.error, schema, targets, ["routes", index, "targets"]);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failed(yaml: YamlSource, found: readonly Found[]): PolicyError {
  const problems = found.slice(0, 100).map(({ path, at, message }) => yaml.problem(path, at, message));
  return new PolicyError(problems.toSorted(byPlace));
}

function byPlace(one: PolicyProblem, other: PolicyProblem): number {
  return one.line - other.line || one.column - other.column;
}
