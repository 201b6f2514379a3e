import { createHash } from "node:crypto";
import { PolicyError } from "./policy-error.ts";
import { policyProblems } from "./policy-problems.ts";
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
  const schema = policySchema();
  const written = schema.safeParse(yaml.value);
  if (!written.success) throw failed(yaml, schemaProblems(written.error, schema, yaml.value));
  const found = [...policyProblems(written.data, servers), ...targetProblems(written.data.routes, servers)];
  if (found.length > 0) throw failed(yaml, found);
  const digest = createHash("sha256").update(source).digest("hex");
  return policyFrom(written.data, { file, digest, yaml, servers });
}

function* targetProblems(routes: readonly { readonly server: string; readonly targets: unknown }[], servers: readonly ServerShape[]): Generator<Found> {
  const schemas = new Map(servers.map((server) => [server.name, targetsSchema(server)]));
  for (const [index, card] of routes.entries()) {
    const schema = schemas.get(card.server);
    const parsed = schema?.safeParse(card.targets);
    if (schema === undefined || parsed === undefined || parsed.success) continue;
    yield* schemaProblems(parsed.error, schema, card.targets, ["routes", index, "targets"]);
  }
}

function failed(yaml: YamlSource, found: readonly Found[]): PolicyError {
  const problems = found.slice(0, 100).map(({ path, at, message }) => yaml.problem(path, at, message));
  return new PolicyError(problems.sort((one, other) => one.line - other.line || one.column - other.column));
}
