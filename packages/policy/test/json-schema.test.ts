import { expect, test } from "vitest";
import { z } from "zod";
import { policyJsonSchema } from "../src/json-schema.ts";
import { policySchema } from "../src/policy-schema.ts";
import { targetOptions, type ServerShape } from "../src/server-shape.ts";
import { ticketKind } from "./ticket-kind.ts";

interface Node {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

const servers: ServerShape[] = [
  { name: "tickets", kinds: [ticketKind().kind], tools: ["read_ticket"], options: targetOptions(undefined, [{ offUnless: "delete" }]) },
  { name: "mail-write", kinds: [], tools: ["send"], needs: ["credential", "budget"] },
];

const schema = policyJsonSchema(servers) as Node & { readonly $schema: string };

function* objectsIn(node: unknown, path: string): Generator<[string, Node]> {
  if (typeof node !== "object" || node === null) return;
  if ("properties" in node) yield [path, node as Node];
  for (const [key, value] of Object.entries(node)) yield* objectsIn(value, `${path}/${key}`);
}

test("is draft 7, which is what editors read, and holds no reference to follow", () => {
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  expect(JSON.stringify(schema)).not.toContain('"$ref"');
});

test("closes every map but those whose keys are names, and describes every key", () => {
  const envelope = [...objectsIn(schema, "")].filter(([path]) => !path.includes("/allOf/"));
  expect(envelope.length).toBeGreaterThan(10);
  for (const [path, node] of envelope) {
    expect([path, node["additionalProperties"]]).toEqual([path, false]);
    for (const [key, value] of Object.entries(node.properties ?? {}))
      expect([`${path} ${key}`, typeof value["description"]]).toEqual([`${path} ${key}`, "string"]);
  }
});

test("knows the keys that the parser knows, at the top and of a card", () => {
  const shape = policySchema().shape;
  expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(shape));
  expect(Object.keys(schema.properties?.["routes"]?.items?.properties ?? {})).toEqual(Object.keys(shape.routes.unwrap().element.shape));
});

// oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
const consequence = "then";

test("offers the tools and targets of the server that a card names", () => {
  const card = schema.properties?.["routes"]?.items;
  expect(card?.["allOf"]).toMatchObject([
    {
      if: { required: ["server"], properties: { server: { const: "tickets" } } },
      [consequence]: {
        required: [],
        properties: {
          targets: { type: "object", additionalProperties: false, properties: { projects: { type: "array" }, delete: { enum: ["deny", "allow"] } } },
          tools: { anyOf: [{ const: "*" }, { items: { enum: ["read_ticket"] } }] },
        },
      },
    },
    {
      if: { properties: { server: { const: "mail-write" } } },
      [consequence]: { required: ["credential", "budget"], properties: { tools: { anyOf: [{}, { items: { enum: ["send"] } }] } } },
    },
  ]);
});

test("asks for what the parser asks for, and for nothing that has a default", () => {
  expect(schema["required"]).toEqual(["version"]);
  expect(schema.properties?.["routes"]?.items?.["required"]).toEqual(["id", "server"]);
  // Read back by the library, the envelope accepts and refuses what the parser does.
  const back = z.fromJSONSchema(z.toJSONSchema(policySchema(), { io: "input", target: "draft-7" }) as Parameters<typeof z.fromJSONSchema>[0]);
  for (const [file, accepted] of [
    [{ version: 1 }, true],
    [{ version: 2 }, false],
    [{ version: 1, routs: [] }, false],
    [{ version: 1, routes: [{ id: "a", server: "x" }] }, true],
    [{ version: 1, routes: [{ id: "a", server: "x", redact: "all" }] }, false],
    [{ version: 1, principals: [{ id: "a", stdio: true, name: "b" }] }, false],
  ] as const) {
    expect([file, back.safeParse(file).success]).toEqual([file, accepted]);
    expect(policySchema().safeParse(file).success).toBe(accepted);
  }
});
