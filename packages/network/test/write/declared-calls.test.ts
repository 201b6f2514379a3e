import { parsePolicy, PolicyError, type PolicyProblem, type ServerShape } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { callKind, callsIn, declaredCalls } from "../../src/write/index.ts";
import { limits } from "./calls.ts";

const shape: ServerShape = { name: "fetch-write", kinds: [callKind("", {}, limits)], tools: [], openTools: true };

function read(...cards: readonly string[]): ReturnType<typeof declaredCalls> {
  const head = "version: 1\nprincipals: [{ id: me, stdio: true }, { id: you, stdio: true }]\ncredentials: { token: { source: { env: T }, hosts: [a.test] } }\n";
  const policy = parsePolicy(`${head}routes:\n${cards.map((card) => `  - ${card}\n`).join("")}`, "p.yaml", [shape]);
  return declaredCalls(policy.routes, "p.yaml");
}

function problemsOf(...cards: readonly string[]): readonly PolicyProblem[] {
  try {
    read(...cards);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return expect.unreachable("it was taken");
}

const call = (more = ""): string => `{ description: What it does., method: POST, url: "https://a.test/p"${more} }`;
const card = (calls: string, more = ""): string =>
  `{ id: c${calls.length}${more.length}, server: fetch-write, principals: [me], tools: "*", targets: { calls: { ${calls} } }${more} }`;

describe("what a card may declare (S3)", () => {
  it("is read with what it leaves out", () => {
    const calls = read(card(`a: ${call()}, b: ${call(", effect: write")}, c: { description: What it does., method: PUT, url: "https://a.test/" }`));
    expect([...calls.values()].map(({ effect }) => effect)).toEqual(["irreversible", "write", "write"]);
    expect(calls.get("a")).toMatchObject({ path: {}, query: {}, idempotency: "optional", retries: 0 });
  });

  it.each<readonly [string, string, string]>([
    ["a method that changes nothing", call().replace("POST", "GET"), "routes.0.targets.calls.it.method"],
    ["a name that is no tool's", "", "routes.0.targets.calls.It"],
    ["a place that is left open and not declared", call().replace("/p", "/{x}"), "routes.0.targets.calls.it.path"],
    ["a parameter that the URL does not have", call(", path: { x: { type: string } }"), "routes.0.targets.calls.it.path.x"],
    ["an object in the path", call(", path: { x: { type: object, properties: {} } }").replace("/p", "/{x}"), "routes.0.targets.calls.it.path.x.type"],
    ["a host that is left open", call().replace("a.test", "{h}.test"), "routes.0.targets.calls.it.url"],
    ["a parameter that stands in the URL already", call(", query: { a: { type: string } }").replace("/p", "/p?a=1"), "routes.0.targets.calls.it.query.a"],
    ["headers of one's own", call(", headers: { host: b.test }"), "routes.0.targets.calls.it.headers"],
    [
      "an unknown keyword deep in a schema",
      call(", body: { type: object, properties: { a: { type: string, minLenght: 1 } } }"),
      "routes.0.targets.calls.it.body.properties.a.minLenght",
    ],
    ["a redirect as a success", call(", accept: [200, 302]"), "routes.0.targets.calls.it.accept.1"],
    ["many retries", call(", retries: 3"), "routes.0.targets.calls.it.retries"],
    ["a body that is a text alone", call(", body: { type: string }"), "routes.0.targets.calls.it.body.type"],
    ["a body that is too deep", call(`, body: ${"{ type: array, items: ".repeat(9)}{ type: boolean }${" }".repeat(9)}`), "routes.0.targets.calls.it.body"],
  ])("is not %s, and the place of the mistake is told", (_name, text, path) => {
    const [problem] = problemsOf(card(text === "" ? `It: ${call()}` : `it: ${text}`));
    expect(problem).toMatchObject({ path, line: 5 });
    expect(problem?.column).toBeGreaterThan(10);
  });

  it("knows what was meant by an unknown keyword", () => {
    const [problem] = problemsOf(card(`it: ${call(", body: { type: object, properties: { a: { type: string, minLenght: 1 } } }")}`));
    expect(problem?.message).toContain('did you mean "minLength"?');
  });
});

describe("cards that do not go together are refused (S4)", () => {
  it.each<readonly [string, readonly string[], string]>([
    ["one name for two things", [card(`it: ${call()}`), card(`it: ${call(", effect: write")}`)], "is declared in another way by the card"],
    ["a tool that the card does not declare", [card(`it: ${call()}`), card(`other: ${call()}`).replace('"*"', "[it]")], "the card does not declare it"],
    ["a signature without a credential", [card(`it: ${call(", sign: standard-webhooks")}`)], "names no credential to sign with"],
    ["a credential in the open", [card(`it: ${call().replace("https:", "http:")}`, ", credential: token")], "would send the credential over http"],
  ])("%s", (_name, cards, why) => {
    expect(
      problemsOf(...cards)
        .map(({ message }) => message)
        .join("\n"),
    ).toContain(why);
  });

  it("and those that mean the same by one name are not", () => {
    const twice = [card(`it: ${call()}`), card(`it: ${call(", effect: irreversible, retries: 0")}`).replace("[me]", "[you]")];
    expect([...read(...twice).keys()]).toEqual(["it"]);
  });
});

it("a card without calls declares none", () => {
  expect(callsIn({}).size).toBe(0);
});
