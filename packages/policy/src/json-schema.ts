import { z } from "zod";
import { policySchema } from "./policy-schema.ts";
import { targetsSchema, type ServerShape } from "./server-shape.ts";

/**
 * The JSON Schema (draft 7, which is what YAML editors read) of a policy file, with the targets and tools of the given
 * servers. It is for completion and first mistakes: what only `parsePolicy` can see (references, budgets) is not in it.
 */
export function policyJsonSchema(servers: readonly ServerShape[]): object {
  const schema = z.toJSONSchema(policySchema(), { io: "input", target: "draft-7" });
  const routes = schema.properties?.["routes"];
  const card = typeof routes === "object" && !Array.isArray(routes.items) ? routes.items : undefined;
  if (typeof card !== "object") throw new TypeError("the schema of routes has no items");
  const definitions: Record<string, unknown> = {};
  card.allOf = servers.map((server) => {
    const { targets, definitions: own } = targetsOf(server);
    Object.assign(definitions, own);
    return {
      if: { required: ["server"], properties: { server: { const: server.name } } },
      // oxlint-disable-next-line unicorn/no-thenable -- `then` is JSON Schema's own word
      then: {
        required: [...(server.needs ?? [])],
        properties: {
          targets,
          tools: { anyOf: [{ const: "*" }, { type: "array", items: server.openTools === true ? { type: "string" } : { enum: [...server.tools] } }] },
        },
      },
    };
  });
  const named = Object.keys(definitions).length === 0 ? {} : { definitions };
  return { ...schema, ...named, title: "Postern policy" };
}

/** The targets of one server's cards. What refers to itself is defined at the document's root, under names of the server's own. */
function targetsOf(server: ServerShape): { readonly targets: z.core.JSONSchema.BaseSchema; readonly definitions: Readonly<Record<string, unknown>> } {
  const made: object = z.toJSONSchema(targetsSchema(server), { io: "input", target: "draft-7" });
  const renamed = JSON.stringify(made).replaceAll('"#/definitions/', `"#/definitions/${server.name}.`);
  const {
    $schema: _,
    definitions = {},
    ...targets
  } = JSON.parse(renamed) as { readonly $schema?: string; readonly definitions?: Readonly<Record<string, unknown>> };
  return { targets, definitions: Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [`${server.name}.${name}`, definition])) };
}
