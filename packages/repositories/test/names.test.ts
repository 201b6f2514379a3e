import { describe, expect, test } from "vitest";
import { readNamePattern, type NamePattern } from "../src/name-pattern.ts";
import { readRepoName } from "../src/repo-name.ts";
import { readRepoPath } from "../src/repo-path.ts";
import { fullRefOf, readRevision } from "../src/revision.ts";

describe("names of repositories (R1)", () => {
  test.each([
    ["acme", "widget", "acme/widget"],
    ["Acme", "Widget.js", "acme/widget.js"],
    ["octo-org", "a_b-c", "octo-org/a_b-c"],
    ["mona_acme", "x", "mona_acme/x"],
    ["a", ".github", "a/.github"],
  ])("%s/%s is one", (owner, repo, key) => {
    expect(readRepoName(owner, repo)).toEqual({ owner, repo, key });
  });

  test.each([
    ["..", "widget"],
    ["acme", ".."],
    ["acme", "."],
    ["acme", ""],
    ["", "widget"],
    ["acme", "a/b"],
    ["acme", "a%2fb"],
    ["acme", "widget.git"],
    ["acme", "widget.GIT"],
    ["acme", "widget.wiki"],
    ["acme", "ｗidget"],
    ["acmé", "widget"],
    ["acme", "widget\n"],
    ["acme", "widget "],
    ["-acme", "widget"],
    ["acme-", "widget"],
    ["a--b", "widget"],
    ["acme", "a?b"],
    ["acme", "a#b"],
    ["a".repeat(101), "b"],
  ])("%j/%j is none", (owner, repo) => {
    expect(typeof readRepoName(owner, repo)).toBe("string");
  });
});

describe("paths in a repository (R1)", () => {
  test.each([
    ["", ""],
    ["/", ""],
    ["docs", "docs"],
    ["/docs/", "docs"],
    ["docs/a b.md", "docs/a b.md"],
    ["docs/ü.md", "docs/ü.md"],
    ["a/...b", "a/...b"],
    [".github/x", ".github/x"],
    ["100%/x", "100%/x"],
  ])("%j is %j", (text, path) => {
    expect(readRepoPath(text)).toEqual({ path });
  });

  test.each([
    ["..", "path-segment"],
    ["docs/../src", "path-segment"],
    ["docs/./x", "path-segment"],
    ["docs//x", "path-segment"],
    ["//x", "path-segment"],
    ["docs\\..\\src", "path-character"],
    ["docs/%2e%2e/src", "path-encoded"],
    ["docs%2f..", "path-encoded"],
    ["a\u0000b", "path-character"],
    ["a\nb", "path-character"],
    ["a\u202eb", "path-character"],
    ["a\u200bb", "path-character"],
    ["a\ud800", "path-unicode"],
    [".git/config", "path-git"],
    ["x/.GIT/hooks/y", "path-git"],
    ["git~1/config", "path-git"],
    [".git . ", "path-git"],
    ["x".repeat(4097), "path-too-long"],
    [Array.from({ length: 65 }, () => "x").join("/"), "path-too-deep"],
  ])("%j is none: %s", (text, rule) => {
    expect(readRepoPath(text)).toEqual({ rule });
  });
});

describe("revisions (R1)", () => {
  test.each([
    ["main", "main"],
    ["refs/heads/main", "refs/heads/main"],
    ["heads/main", "refs/heads/main"],
    ["refs/tags/v1.0", "refs/tags/v1.0"],
    ["agent/x", "agent/x"],
    ["0123456789ABCDEF0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567"],
    ["refs/pull/7/head", "refs/pull/7/head"],
    ["pull/7/merge", "refs/pull/7/merge"],
    ["abcdef", "abcdef"],
    ["v1.2.3", "v1.2.3"],
  ])("%s is asked for as %s", (text, full) => {
    const read = readRevision(text);
    expect("rule" in read ? read.rule : fullRefOf(read)).toBe(full);
  });

  test.each([
    ["", "ref-length"],
    ["-x", "ref-flag"],
    ["HEAD", "ref-reserved"],
    ["head", "ref-reserved"],
    ["HEAD~1", "ref-expression"],
    ["main^", "ref-expression"],
    ["main:secret", "ref-expression"],
    ["a..b", "ref-expression"],
    ["main@{1}", "ref-expression"],
    ["@", "ref-expression"],
    ["a%2fb", "ref-expression"],
    ["heads/../tags/v1", "ref-expression"],
    ["refs/notes/x", "ref-namespace"],
    ["refs/pull/0/head", "ref-namespace"],
    ["refs/heads/", "ref-namespace"],
    ["a//b", "ref-segment"],
    ["a/.b", "ref-segment"],
    ["a.lock", "ref-segment"],
    ["a.", "ref-segment"],
    ["a b", "ref-character"],
    ["mäin", "ref-character"],
    ["main\u0000", "ref-character"],
    ["0123abc", "ref-like-sha"],
    ["refs/heads/0123456789abcdef0123456789abcdef01234567", "ref-like-sha"],
    ["x".repeat(256), "ref-length"],
  ])("%j is none: %s", (text, rule) => {
    expect(readRevision(text)).toMatchObject({ rule });
  });
});

describe("patterns over names", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["main", ["main"], ["Main", "main2", "main/x", ""]],
    ["agent/*", ["agent/x", "agent/x.y"], ["agent", "agent/", "agent/x/y", "agent2/x"]],
    ["docs/**", ["docs/a", "docs/a/b/c"], ["docs", "docs2/a", "src/docs/a"]],
    ["**/x", ["x", "a/x", "a/b/x"], ["ax", "x/y"]],
    ["**", ["a", "a/b"], []],
    ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a", "z", "a/zz"]],
    ["v?.*", ["v1.", "v1.2"], ["v12.0", "v1"]],
    ["*.md", ["a.md", ".md"], ["a/b.md", "a.mdx"]],
    ["a*b*c", ["abc", "aXbYc", "abbcc", "abcbc"], ["ab", "abcx"]],
  ];
  test.each(cases)("%s", (text, given, not) => {
    const pattern = patternOf(text);
    for (const name of given) expect([name, pattern.matches(name)]).toEqual([name, true]);
    for (const name of not) expect([name, pattern.matches(name)]).toEqual([name, false]);
  });

  test.each([
    ["docs/**", ["", "docs", "docs/a"], ["src", "doc"]],
    ["src/*/test/x", ["src", "src/a", "src/a/test"], ["src/a/b", "src/a/test/x"]],
    ["**/x", ["a", "a/b"], []],
  ])("%s leads through its directories", (text, above, not) => {
    const pattern = patternOf(text);
    for (const name of above) expect([name, pattern.leadsTo(name)]).toEqual([name, true]);
    for (const name of not) expect([name, pattern.leadsTo(name)]).toEqual([name, false]);
  });

  test.each(["", "a//b", "/a", "a/", "../a", "a/./b", "a**", "[ab]", "{a,b}", "!a", "a\\b", "x".repeat(513)])("%j is none", (text) => {
    expect(typeof readNamePattern(text)).toBe("string");
  });

  test("hostile patterns over hostile names end at once", () => {
    const pattern = patternOf(`${"*a".repeat(200)}/${"**/a/".repeat(20)}b`);
    expect(pattern.matches(`${"a".repeat(4000)}/${"a/".repeat(60)}c`)).toBe(false);
  });
});

function patternOf(text: string): NamePattern {
  const read = readNamePattern(text);
  return typeof read === "string" ? expect.unreachable(read) : read;
}
