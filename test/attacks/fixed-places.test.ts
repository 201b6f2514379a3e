import { tree, type RunningServer, type Tree, witness } from "@postern/testing";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startWriter } from "../subjects.ts";

let files: Tree;
beforeEach(() => {
  files = tree({ "root/": true, "outside.txt": "outside" });
});
afterEach(() => files.remove());

const at = (...parts: string[]): string => files.at("root", ...parts);

interface Card {
  readonly roots: string;
  readonly principal?: string;
  readonly more?: string;
}

function policyOf(cards: readonly Card[]): string {
  const routes = cards.map(
    ({ roots, principal = "me", more = "" }, index) =>
      `  - { id: c${index}, server: filesystem-write, principals: [${principal}], tools: ${index === 0 ? '"*"' : "[write_file, edit_file]"}, targets: { roots: ${roots}${more} } }\n`,
  );
  return `version: 1\nprincipals: [{ id: me, stdio: true }, { id: other, stdio: true }]\nroutes:\n${routes.join("")}`;
}

async function startBy(policy: string, cards: readonly Card[], evidence = files.at("evidence.db")): Promise<RunningServer> {
  writeFileSync(policy, policyOf(cards), { mode: 0o600 });
  return startWriter(["--policy", policy, "--principal", "me", "--evidence", evidence]);
}

const card = (path: string, flags = ""): string => `[{ path: ${JSON.stringify(path)}${flags} }]`;

describe("what the policy, the log and the roots are found by keeps its name (F1, F3, S4)", () => {
  test.each([".postern", ".git", ".ssh", ".vscode", "plain"])("a directory that holds the policy in %s, however that is protected", async (name) => {
    mkdirSync(at("proj", name), { recursive: true });
    mkdirSync(at("downloads/repo", name), { recursive: true });
    await using server = await startBy(at("proj", name, "policy.yaml"), [{ roots: card(files.at("root")) }]);
    const watch = witness(files.at("root"));
    expect(await server.call("move_file", { source: "proj", destination: "gone" })).toDenyWith("path.protected", "protected:own");
    expect(watch.seen().changes).toEqual([]);
    expect(await server.call("move_file", { source: "downloads", destination: "moved" })).toAllow();
  });

  test.each([".postern", ".git", "plain"])("a directory that holds the log in %s", async (name) => {
    mkdirSync(at("proj", name), { recursive: true });
    await using server = await startBy(files.at("policy.yaml"), [{ roots: card(files.at("root")) }], at("proj", name, "evidence.db"));
    expect(await server.call("move_file", { source: "proj", destination: "gone" })).toDenyWith("path.protected");
    expect(await server.call("write_file", { path: "next.txt", content: "recorded" })).toAllow();
  });

  test("a link on the way to the policy: neither moved, deleted nor replaced", async () => {
    mkdirSync(at("real"));
    symlinkSync("real", at("link"));
    symlinkSync("link", at("link-to-link"));
    writeFileSync(at("own.yaml"), "roots: everything");
    await using server = await startBy(at("link-to-link/policy.yaml"), [{ roots: card(files.at("root")), more: ", delete: allow" }]);
    const watch = witness(files.at("root"));
    for (const source of ["link", "link-to-link", "real"]) {
      expect(await server.call("move_file", { source, destination: "gone" })).toDenyWith("path.protected", "protected:own");
      if (source !== "real") expect(await server.call("delete_file", { path: source })).toDenyWith("path.protected", "protected:own");
    }
    expect(await server.call("write_file", { path: "link/policy.yaml", content: "x" })).toDenyWith("path.protected");
    expect(await server.call("copy_file", { source: "own.yaml", destination: "link/policy.yaml" })).toDenyWith("path.protected");
    expect(watch.seen().changes).toEqual([]);
    expect(await server.call("write_file", { path: "link/other.txt", content: "x" })).toAllow();
  });

  test("a link on the way to the log", async () => {
    mkdirSync(at("real"));
    symlinkSync("real", at("link"));
    await using server = await startBy(files.at("policy.yaml"), [{ roots: card(files.at("root")) }], at("link/evidence.db"));
    expect(await server.call("move_file", { source: "link", destination: "gone" })).toDenyWith("path.protected", "protected:own");
    expect(await server.call("write_file", { path: "next.txt", content: "recorded" })).toAllow();
  });

  test("roots of other cards and of other principals, and links on the way to them", async () => {
    for (const name of ["a/mine", "b/theirs", "c/real"]) mkdirSync(at(name), { recursive: true });
    symlinkSync("c/real", at("link"));
    await using server = await startBy(files.at("policy.yaml"), [
      { roots: card(files.at("root")), more: ", delete: allow" },
      { roots: card(at("a/mine"), ", protected: allow") },
      { roots: card(at("b/theirs")), principal: "other" },
      { roots: card(at("link")), principal: "other" },
    ]);
    const watch = witness(files.at("root"));
    for (const source of ["a/mine", "a", "b/theirs", "b", "c/real", "c", "link"]) {
      expect(await server.call("move_file", { source, destination: "gone" })).toDenyWith("path.outside_root");
    }
    expect(await server.call("delete_file", { path: "link" })).toDenyWith("path.outside_root");
    expect(watch.seen().changes).toEqual([]);
  });

  test("nothing protected is carried into the root of a card that gives it, nor out of it", async () => {
    mkdirSync(at("proj/.git/hooks"), { recursive: true });
    mkdirSync(at("box/theirs/.git/hooks"), { recursive: true });
    writeFileSync(at("box/theirs/.git/hooks/pre-commit"), "planted");
    await using server = await startBy(files.at("policy.yaml"), [
      { roots: card(files.at("root")) },
      { roots: card(at("box"), ", protected: allow"), principal: "other" },
    ]);
    const watch = witness(files.at("root"));
    expect(await server.call("write_file", { path: "proj/.git/hooks/pre-commit", content: "x" })).toDenyWith("path.protected");
    expect(await server.call("move_file", { source: "proj", destination: "box/proj" })).toDenyWith("path.protected");
    expect(await server.call("move_file", { source: "box/theirs", destination: "theirs" })).toDenyWith("path.protected");
    expect(watch.seen().changes).toEqual([]);
    expect(await server.call("move_file", { source: "proj", destination: "renamed" })).toAllow();
  });
});

describe("a move takes nothing with it that it did not prove (F1, N5)", () => {
  test("a file that another program exchanges with the moved one in the last moment is never lost", { timeout: 60_000 }, async () => {
    // Each file says its own name: whichever move answers, both contents must still be there.
    await using server = await startWriter([files.at("root")]);
    let lost = 0;
    let moved = 0;
    for (let round = 0; round < 300; round += 1) {
      writeFileSync(at("f"), "moved");
      writeFileSync(at("other"), "other");
      const move = server.call("move_file", { source: "f", destination: `d${round}` });
      const end = performance.now() + 4;
      while (performance.now() < end) {
        try {
          renameSync(at("f"), at("aside"));
          renameSync(at("other"), at("f"));
          renameSync(at("aside"), at("other"));
        } catch {
          break;
        }
        await new Promise((resolve) => void setImmediate(resolve));
      }
      const answer = await move;
      if (!answer.isError) moved += 1;
      const contents = ["f", "other", "aside", `d${round}`].map((name) => readOr(at(name)));
      if (!contents.includes("moved") || !contents.includes("other")) lost += 1;
    }
    expect(lost).toBe(0);
    expect(moved).toBeGreaterThan(0);
  });
});

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
