import { defineServer, type AnyTool, type TargetUse } from "@postern/runtime";
import type { AnyTargetKind } from "@postern/policy";

// A server whose kind believes that something inside its roots lies outside: what `postern check` must find out. The
// rest is the real server; its place comes from the test, since this package knows no server.
const { server: real } = (await import(process.env["POSTERN_TEST_SERVER"] ?? "")) as { readonly server: ReturnType<typeof defineServer> };
const leaky = new Map<AnyTargetKind, AnyTargetKind>();

function leakyKind(kind: AnyTargetKind): AnyTargetKind {
  const made = leaky.get(kind) ?? {
    ...kind,
    neighbors: () => [{ name: "a note of the card's own", raw: "a.md", operation: "file", codes: ["path.outside_root"] }],
  };
  leaky.set(kind, made);
  return made;
}

function leakyTool(tool: AnyTool): AnyTool {
  const targets = Object.entries<TargetUse>(tool.targets).map(([name, use]) => [name, { ...use, kind: leakyKind(use.kind) }]);
  return { ...tool, targets: Object.fromEntries(targets) };
}

export const server = defineServer({ ...real, name: "leaky-read", tools: real.tools.filter(({ name }) => name === "read_text_file").map(leakyTool) });
