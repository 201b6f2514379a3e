import type { CallView } from "@postern/evidence";
import { describe, expect, it } from "vitest";
import { columnsOf, keepEnd, keepStart } from "../src/columns.ts";
import { logLayout } from "../src/log-rows.ts";
import { terminalOf } from "../src/terminal.ts";
import { targetOf } from "./records.ts";

function view(over: Partial<CallView>): CallView {
  return {
    call: "0198c0de-0000-7000-8000-000000000000",
    time: "2026-11-22T08:00:00.123456Z",
    server: "filesystem-read",
    principal: "me",
    tenant: "default",
    transport: "stdio",
    endpoint: "tools/call",
    protocol: null,
    client: null,
    tool: "read_text_file",
    effect: "read",
    route: "notes",
    lane: null,
    quota_owner: null,
    decision: "allow",
    code: null,
    rule: "route:notes",
    targets: [targetOf("/srv/notes/a.md")],
    redact: "secrets",
    redactions: [],
    policy: "0".repeat(64),
    outcome: "ok",
    failure: null,
    duration_ms: 12,
    bytes_in: 1,
    bytes_out: 1,
    cost: 1,
    budget: [],
    approval: null,
    changes: [],
    found: [],
    index: 0,
    ...over,
  };
}

const denied = view({
  decision: "deny",
  code: "path.outside_root",
  outcome: "denied",
  duration_ms: null,
  targets: [targetOf("../../etc/passwd", { decision: "deny" })],
});
const calls: readonly CallView[] = [
  view({}),
  denied,
  view({ outcome: "failed", failure: "fs.not_found", tool: "t".repeat(128), principal: "p".repeat(64) }),
  view({ outcome: "unfinished", duration_ms: null, targets: [targetOf(`/srv/notes/${"漢字".repeat(80)}/end.md`)] }),
  view({ tool: null, endpoint: "unreadable", targets: [] }),
];
const escapes = /\u001b\[\d+m/g;

describe("the log on a terminal", () => {
  it.each([60, 80, 109, 110, 140, 250])("has no line wider than a terminal of %i columns", (width) => {
    const layout = logLayout(calls, { width, color: true });
    for (const line of [layout.head, ...calls.map(layout.line)]) expect(columnsOf(line.replace(escapes, ""))).toBeLessThanOrEqual(width);
  });

  it("aligns every row under its head", () => {
    const layout = logLayout(calls, { width: 140, color: false });
    const column = layout.head.indexOf("RESULT");
    expect(calls.map((call) => /^\S+/.exec(layout.line(call).slice(column))?.[0])).toStrictEqual(["ok", "DENIED", "failed", "unfinished", "ok"]);
    expect(layout.line(denied)).toContain("path.outside_root");
  });

  it("cuts nothing where the output is no terminal", () => {
    const layout = logLayout(calls, { width: undefined, color: false });
    expect(calls.map(layout.line).join("\n")).toContain(`/srv/notes/${"漢字".repeat(80)}/end.md`);
    expect(calls.map(layout.line).join("\n")).not.toContain("…");
  });

  it("keeps the end of a path, which says most, and the start of a name", () => {
    expect(keepEnd("/a/long/path/end.md", 8)).toBe("…/end.md");
    expect(keepStart("read_multiple_files", 6)).toBe("read_…");
    expect(columnsOf(keepEnd("漢字漢字漢字", 6))).toBeLessThanOrEqual(6);
  });

  it.each([
    [{ isTTY: true, columns: 100 }, {}, { width: 100, color: true }],
    [{ isTTY: true, columns: 100 }, { NO_COLOR: "1" }, { width: 100, color: false }],
    [{ isTTY: true, columns: 100 }, { TERM: "dumb" }, { width: 100, color: false }],
    [{ isTTY: true, columns: 100 }, { NO_COLOR: "" }, { width: 100, color: true }],
    [{ isTTY: false, columns: 100 }, {}, { width: undefined, color: false }],
    [{}, { FORCE_COLOR: "1" }, { width: undefined, color: false }],
  ])("of a stream %j with the environment %j makes %j", (stream, environment, expected) => {
    expect(terminalOf(stream, environment)).toStrictEqual(expected);
  });
});
