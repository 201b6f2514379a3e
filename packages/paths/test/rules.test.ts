import { describe, expect, test } from "vitest";
import { fold, foldPath } from "../src/fold.ts";
import { checkGlob, compileGlobs } from "../src/glob.ts";
import { createRules, type RulesSource } from "../src/rules.ts";

const plain: RulesSource = {
  root: "/srv/data",
  access: "read",
  protected: "deny",
  deny: [],
  hardlinks: "allow",
  mounts: "deny",
  aliases: false,
  own: [],
  ownIdentities: [],
  cut: [],
  nested: [],
};

/** The first verdict on the way down, as the walk asks for it. */
function ruleFor(path: string, source: Partial<RulesSource> = {}): string | undefined {
  const rules = createRules({ ...plain, ...source });
  const names = path.split("/");
  for (const [depth, name] of names.entries()) {
    const verdict = rules.verdict(names.slice(0, depth + 1).join("/"), name);
    if (verdict !== undefined) return verdict.rule;
  }
  return undefined;
}

describe("protected names (F3)", () => {
  test.each([
    [".env", "protected:.env"],
    [".env.production", "protected:.env.production"],
    [".envrc", "protected:.envrc"],
    ["app/.ENV.local", "protected:.env.local"],
    [".ssh/config", "protected:.ssh"],
    ["home/me/.gnupg/x", "protected:.gnupg"],
    [".aws/credentials", "protected:.aws"],
    [".kube/config", "protected:.kube"],
    [".docker/config.json", "protected:.docker/config.json"],
    ["me/.config/gcloud/x", "protected:.config/gcloud"],
    [".config/gh/hosts.yml", "protected:.config/gh/hosts.yml"],
    [".npmrc", "protected:.npmrc"],
    [".netrc", "protected:.netrc"],
    ["id_rsa", "protected:id_rsa"],
    ["keys/id_ed25519.bak", "protected:id_ed25519.bak"],
    ["server.pem", "protected:*.pem"],
    ["SERVER.KEY", "protected:*.key"],
    ["vault.kdbx", "protected:*.kdbx"],
    ["terraform.tfstate", "protected:terraform.tfstate"],
    ["x.tfstate.backup", "protected:x.tfstate.backup"],
    [".bash_history", "protected:.bash_history"],
    ["repo/.git/config", "protected:.git/config"],
    ["repo/.git/hooks/pre-commit", "protected:.git/hooks"],
    ["repo/.git/modules/a/b/config", "protected:.git/config"],
    ["repo/.git/credentials", "protected:.git/credentials"],
    [".claude/.credentials.json", "protected:.claude/.credentials.json"],
    // Spellings that some file system takes for the same name.
    [".env.", "protected:.env"],
    [".env ", "protected:.env"],
    [".e\u200dnv", "protected:.env"],
    [".\u017fsh/x", "protected:.ssh"],
    ["server.pem. .", "protected:*.pem"],
  ])("denies reading %j", (path, rule) => {
    expect(ruleFor(path)).toBe(rule);
    expect(ruleFor(path, { protected: "allow" })).toBeUndefined();
  });

  test.each([
    ".env.example",
    ".env.sample",
    ".gitignore",
    ".git/HEAD",
    "config",
    "hooks/pre-commit",
    "docker/config.json",
    "environment.ts",
    "keyboard.ts",
    "monkey",
    "pem",
    "src/key.ts",
    ".github/workflows/ci.yml",
    ".vscode/settings.json",
    ".bashrc",
    "settings.xml",
  ])("gives %j for reading", (path) => expect(ruleFor(path)).toBeUndefined());

  test.each([".git/HEAD", ".vscode/settings.json", ".github/workflows/ci.yml", ".bashrc", ".claude/settings.json", ".mcp.json", ".env"])(
    "denies writing %j",
    (path) => expect(ruleFor(path, { access: "write" })).toMatch(/^protected:/),
  );

  test("a root that lies inside of a protected place still keeps the names that the place is about", () => {
    expect(ruleFor("gcloud/credentials.db", { root: "/home/me/.config" })).toBe("protected:.config/gcloud");
    expect(ruleFor("config", { root: "/home/me/repo/.git" })).toBe("protected:.git/config");
    expect(ruleFor("id_rsa", { root: "/home/me/.ssh" })).toBe("protected:id_rsa");
    expect(ruleFor("shadow", { root: "/etc" })).toBe("protected:etc/shadow");
    expect(ruleFor("etc/shadow", { root: "/" })).toBe("protected:etc/shadow");
  });
});

describe("a card's deny patterns (F1)", () => {
  test.each([
    ["secret", "secret", true],
    ["secret", "a/b/secret", true],
    ["secret", "SECRET/x", true],
    ["secret", "secrets", false],
    ["/secret", "secret/x", true],
    ["/secret", "a/secret", false],
    ["secret/", "a/secret", true],
    ["a/secret", "a/secret/b", true],
    ["a/secret", "b/a/secret", false],
    ["**/a/secret", "b/a/secret", true],
    ["*.log", "a/.hidden.LOG", true],
    ["*.log", "a.log.txt", false],
    ["*.tar.gz", "x/a.tar.gz", true],
    ["*", "a", true],
    ["**", "a/b", true],
    [".*", "a/.hidden/b", true],
    [".*", "a/b", false],
    ["private/**", "private", true],
    ["private/**", "private/a/b", true],
    ["src/*/gen", "src/a/gen/x", true],
    ["src/*/gen", "src/a/b/gen", false],
    ["*.{pdf,docx}", "a/b.DOCX", true],
    ["[ab]c", "x/bc", true],
    ["caf\u00e9", "cafe\u0301", true],
    ["STRASSE/*", "straße/x", true],
    ["foo.", "foo", true],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["@(a|b)", "a", false],
    ["@(a|b)", "x/@(a|b)", true],
    ["[[:upper:]]*", "Abc", true],
    ["[!a]*", "bc", true],
    ["[!a]*", "Abc", false],
    ["**/build/**/x", "a/build/b/x", true],
    ["/**/x", "x", true],
    ["/*", "a", true],
    ["{a,b/c}", "x/a", false],
    ["{a,b/c}", "b/c", true],
    ["file{1..3}", "d/file2", true],
    ["a/b", "A/B.", true],
  ])("%j against %j: %s", (pattern, path, denied) => {
    expect(ruleFor(path, { deny: ["nothing-else", pattern] })).toBe(denied ? "deny[1]" : undefined);
  });

  test("protected: allow lifts the compiled-in names and not the card's own", () => {
    expect(ruleFor(".env", { protected: "allow", deny: [".env"] })).toBe("deny[0]");
  });

  test.each(["", "/", "!x", "a/../b", "./a", `${"*a".repeat(13)}b`, "x\0", "x".repeat(600), "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "\ud800"])(
    "refuses %j as a pattern",
    (pattern) => {
      expect(checkGlob(pattern)).toEqual(expect.any(String));
      expect(() => compileGlobs([pattern])).toThrow(/^deny\[0\]/);
    },
  );

  test("the costliest pattern that is accepted meets a long name in time", () => {
    for (const pattern of ["*a*a*a*b", `${"*a".repeat(12)}b`, "**/*a*a*a*b/**/c", "a/**/*a*/**/*a*/**/b", "{a*a*,b*b*}{c*,d*}x"]) {
      expect(checkGlob(pattern)).toBeUndefined();
      const match = compileGlobs([pattern]);
      const began = performance.now();
      match?.("a".repeat(255), `${"a".repeat(255)}/`.repeat(15) + "a".repeat(255));
      expect(performance.now() - began).toBeLessThan(250);
    }
  });

  test("1,000 patterns cost microseconds on each entry", () => {
    const patterns = Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? `name${i}` : i % 3 === 1 ? `*.ext${i}` : `dir${i}/*.x`));
    const rules = createRules({ ...plain, deny: patterns });
    const began = performance.now();
    for (let i = 0; i < 2000; i++) rules.verdict(`src/module/file${i}.ts`, `file${i}.ts`);
    expect((performance.now() - began) / 2000).toBeLessThan(0.2);
  });
});

describe("what a root keeps for others", () => {
  test("cuts out narrower cards, adds nested rules, hides our own files", () => {
    const source = {
      cut: ["inner"],
      own: ["/srv/data/state/evidence.db"],
      nested: [{ at: "deep", source: { ...plain, root: "/srv/data/deep", deny: ["x"], hardlinks: "deny" as const } }],
    };
    expect(ruleFor("inner/a", source)).toBe("narrower-card");
    expect(ruleFor("inner2", source)).toBeUndefined();
    expect(ruleFor("state/evidence.db-wal", source)).toBe("protected:own");
    expect(ruleFor("state/evidence.dbx", source)).toBeUndefined();
    expect(ruleFor("deep/x", source)).toBe("deny[0]");
    expect(ruleFor("x", source)).toBeUndefined();
    const rules = createRules({ ...plain, ...source, ownIdentities: ["1:2"] });
    expect(rules.fileDecision("a", { dev: 1n, ino: 2n, nlink: 1n })).toBe("protected");
    expect(rules.fileDecision("a", { dev: 1n, ino: 3n, nlink: 2n })).toBe("give");
    expect(rules.fileDecision("deep/a", { dev: 1n, ino: 3n, nlink: 2n })).toBe("hardlink");
    expect(rules.entryDecision("inner", "inner")).toBe("excluded");
    expect(rules.entryDecision(".env", ".env")).toBe("protected");
    expect(rules.entryDecision("a", "a")).toBe("give");
  });

  test("compares places folded where the file system finds one file under several names", () => {
    const source = { cut: ["Inner"], own: ["/srv/data/Evidence.db"] };
    expect(ruleFor("INNER", source)).toBeUndefined();
    expect(ruleFor("INNER", { ...source, aliases: true })).toBe("narrower-card");
    expect(ruleFor("evidence.DB-wal", { ...source, aliases: true })).toBe("protected:own");
  });

  test("survives the way to a worker as plain data", () => {
    const source = structuredClone({ ...plain, deny: ["*.x"], cut: ["c"] });
    expect(ruleFor("a.x", source)).toBe("deny[0]");
  });
});

describe("folding", () => {
  test.each([
    ["ABC", "abc"],
    ["\u00c9", "\u00e9"],
    ["e\u0301", "\u00e9"],
    ["K", "k"],
    ["ß", "ss"],
    ["a. .", "a"],
    ["...", "..."],
    ["", ""],
  ])("%j becomes %j", (from, to) => expect(fold(from)).toBe(to));

  test("each part of a path is folded for itself", () => expect(foldPath("A./B /\u00c9")).toBe("a/b/\u00e9"));
});
