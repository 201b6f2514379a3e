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
  card.allOf = servers.map((server) => {
    const targets = z.toJSONSchema(targetsSchema(server), { io: "input", target: "draft-7" });
    delete targets.$schema;
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
  return { ...schema, title: "Postern policy" };
}
