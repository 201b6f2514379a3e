import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tree, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { answer, bodyOf, headLines, rawHost, type RawHost } from "../fetch-write/origins.ts";
import { senderBin, writerBin } from "../subjects.ts";
import { folderToAsk, human, startAsked, ways, yes } from "./asked.ts";

const { place, card } = folderToAsk();
let calls: Tree;
let origin: RawHost;
let declared: string;

beforeAll(async () => {
  calls = tree({ "policy/": true });
  origin = await rawHost("127.0.0.83", (_, socket) => socket.end(answer("201 Created", '{"number":7}')));
  const target = `internal: { networks: [127.0.0.0/8], ports: [${origin.port}] }`;
  const call = `method: POST, url: "http://127.0.0.83:${origin.port}/tickets/{project}", path: { project: { type: string } }, body: { type: object, properties: { title: { type: string } } }`;
  declared = `{ id: tickets, server: fetch-write, principals: [ada], tools: "*", targets: { ${target}, calls: { create_ticket: { description: Opens a ticket., ${call} } } }, approval: required }`;
});
afterAll(async () => {
  place.remove();
  calls.remove();
  await origin[Symbol.asyncDispose]();
});

describe.each(ways)("where a card asks for a human's yes, by %s (B3)", (way) => {
  test("a write happens after it, once, as it was shown; both rounds are recorded and linked (E1, E2)", async () => {
    const file = place.at(`files/${way.replaceAll(" ", "-")}.txt`);
    let early = false;
    const asked = human(() => {
      early ||= existsSync(file);
      return yes;
    });
    await using client = await startAsked(way, { bin: writerBin, folder: place.at("policy"), cards: [card], human: asked });
    expect(await client.call("append_file", { path: file, content: "one line\n" })).toAllow();
    expect(readFileSync(file, "utf8")).toBe("one line\n");
    expect([asked.questions.length, early]).toEqual([1, false]);
    for (const shown of [
      "append_file (write)",
      "ada, tenant default",
      "card       asked",
      JSON.stringify(file),
      "would      make a file of 9 bytes",
      "    | one line",
    ])
      expect(asked.questions[0]).toContain(shown);
    const [question, call, ...others] = client.server.calls({ tool: "append_file" });
    expect(others).toEqual([]);
    const how = way.endsWith("2025") ? "elicitation" : "input_required";
    expect(question).toMatchObject({ decision: "allow", effect: "read", outcome: "ok", rule: "approval:asked", route: "asked", budget: [] });
    expect(question?.approval).toMatch(new RegExp(`^asked:${how}:[0-9a-f]{16}$`));
    expect(call).toMatchObject({
      decision: "allow",
      effect: "write",
      outcome: "ok",
      rule: "route:asked",
      approval: question?.approval?.replace("asked", "accepted"),
    });
  });

  test("an edit is shown as its diff, from what stands in the file", async () => {
    const name = `files/${way.replaceAll(" ", "-")}-edited.txt`;
    writeFileSync(place.at(name), "first\nsecond\nkey AKIAIOSFODNN7EXAMPLE\n");
    const asked = human();
    await using client = await startAsked(way, { bin: writerBin, folder: place.at("policy"), cards: [card], human: asked });
    expect(await client.call("edit_file", { path: place.at(name), edits: [{ oldText: "second", newText: "2nd" }] })).toAllow();
    expect(readFileSync(place.at(name), "utf8")).toBe("first\n2nd\nkey AKIAIOSFODNN7EXAMPLE\n");
    for (const shown of ["    | -second", "    | +2nd", "One secret is masked above, 20 characters: it stood there before this call"])
      expect(asked.questions[0]).toContain(shown);
    expect(asked.questions[0]).not.toContain("AKIA");
  });

  test("a request is shown with its method, its whole URL and its body, and is sent once", async () => {
    const asked = human();
    await using client = await startAsked(way, { bin: senderBin, folder: calls.at("policy"), cards: [declared], human: asked });
    const before = origin.requests.length;
    let early = 0;
    asked.answer = () => {
      early += origin.requests.length - before;
      return yes;
    };
    expect(await client.call("create_ticket", { path: { project: "docs" }, body: { title: "Broken link" } })).toAllow();
    expect([origin.requests.length, early]).toEqual([before + 1, 0]);
    expect(headLines(origin.requests.at(-1))[0]).toBe("POST /tickets/docs HTTP/1.1");
    expect(bodyOf(origin.requests.at(-1))).toBe('{"title":"Broken link"}');
    for (const shown of ["create_ticket (irreversible)", "(url, POST)", `http://127.0.0.83:${origin.port}/tickets/docs`, '    | {"title":"Broken link"}'])
      expect(asked.questions[0]).toContain(shown);
  });

  test("nothing happens without it: the human says no, or closes the question", async () => {
    const asked = human();
    await using client = await startAsked(way, { bin: senderBin, folder: calls.at("policy"), cards: [declared], human: asked });
    const before = origin.connections;
    for (const [said, rule] of [
      [{ action: "decline" }, "declined"],
      [{ action: "accept", content: { approve: false } }, "declined"],
      [{ action: "cancel" }, "cancelled"],
    ] as const) {
      asked.answer = () => said;
      const refused = await client.call("create_ticket", { path: { project: "docs" }, body: {} });
      expect(refused).toDenyWith("approval.declined", `approval:${rule}`);
      const record = client.server.calls({ call: refused.receipt?.call ?? "" })[0];
      expect(record).toMatchObject({ decision: "deny", code: "approval.declined", route: "tickets", outcome: "denied" });
      expect(record?.approval).toMatch(new RegExp(`^${rule}:`));
    }
    expect(asked.questions).toHaveLength(3);
    expect(origin.connections).toBe(before);
  });

  test("nothing happens where the client cannot ask, and the answer says what it lacks", async () => {
    const file = place.at(`files/${way.replaceAll(" ", "-")}-unasked.txt`);
    await using client = await startAsked(way, { bin: writerBin, folder: place.at("policy"), cards: [card] });
    const refused = await client.call("write_file", { path: file, content: "x" });
    expect(refused).toDenyWith("approval.required", "approval:asked");
    expect(refused.denial?.message).toContain("elicitation");
    expect(existsSync(file)).toBe(false);
    expect(client.server.calls({ tool: "write_file" })).toMatchObject([{ decision: "deny", code: "approval.required", approval: null }]);
  });

  test("nobody is asked about what would fail, and that is what the answer says", async () => {
    const asked = human();
    await using client = await startAsked(way, { bin: writerBin, folder: place.at("policy"), cards: [card], human: asked });
    expect(await client.call("delete_file", { path: place.at("files/none.txt") })).toFailWith("fs.not_found");
    expect(await client.call("edit_file", { path: place.at("files/a.txt"), edits: [{ oldText: "nowhere", newText: "" }] })).toFailWith("fs.no_match");
    expect(await client.call("write_file", { path: place.at("policy/x"), content: "" })).toDenyWith("path.outside_root");
    expect(asked.questions).toEqual([]);
  });
});
