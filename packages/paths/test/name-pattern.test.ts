import { describe, expect, test } from "vitest";
import { checkPattern, checkPatterns, compilePatterns, type PatternReach } from "../src/name-pattern.ts";

const matches = (pattern: string, path: string, reach: PatternReach = "path", directory = false): boolean =>
  compilePatterns([pattern], reach).matches(path, directory);

describe("patterns mean what they mean in the official server (minimatch with dot)", () => {
  test.each([
    ["*.ts", ["a.ts", ".ts", ".a.ts"], ["d/a.ts", "a.tsx", "ats"]],
    ["**/*.ts", ["a.ts", "d/a.ts", "d/e/.a.ts"], ["a.js", "a.ts/x"]],
    ["src/**", ["src/a", "src/a/b", "src/.git/x"], ["src", "asrc/a", "src2/a"]],
    ["**", ["a", "a/b", ".a/.b"], []],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/b/c", "ab", "b"]],
    ["a**b", ["ab", "axxb", "a.b"], ["a/b", "a/x/b"]],
    ["file?.txt", ["file1.txt", "fileé.txt", "file😀.txt"], ["file.txt", "file12.txt", "file/.txt"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "Ax", "x"]],
    ["[!a-c]x", ["dx", "😀x"], ["ax", "x"]],
    ["[^a]", ["b", "]"], ["a", "/"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[[:digit:][:upper:]]", ["1", "A", "Ä"], ["a", ":"]],
    ["[a", ["[a"], ["a"]],
    ["a.{ts,tsx}", ["a.ts", "a.tsx"], ["a.js", "a.{ts,tsx}"]],
    ["{a,b/c}/d", ["a/d", "b/c/d"], ["c/d", "b/d"]],
    ["{a,{b,c}}", ["a", "b", "c"], ["{b", "d"]],
    ["f{01..03}", ["f01", "f03"], ["f1", "f04"]],
    ["{c..a}", ["a", "b", "c"], ["d"]],
    ["{a}", ["{a}"], ["a"]],
    ["\\*", ["*"], ["a"]],
    ["a\\[1]", ["a[1]"], ["a1"]],
    ["@(a|b).md", ["a.md", "b.md"], ["c.md", "ab.md"]],
    ["+(ab)", ["ab", "abab"], ["", "aba"]],
    ["*(ab)c", ["c", "ababc"], ["ac"]],
    ["?(a)b", ["b", "ab"], ["aab"]],
    ["a+(b", ["a+(b"], ["ab"]],
    ["!*.ts", ["a.js", "d/a.ts"], ["a.ts"]],
    ["!!*.ts", ["a.ts"], ["a.js"]],
    ["a$b^c.d", ["a$b^c.d"], ["a$b^cxd"]],
    ["./a/./b", ["a/b"], ["./a/b"]],
    ["/a", ["a"], ["b/a"]],
    ["*\n*", ["a\nb"], ["ab"]],
  ] as const)("%j", (pattern, yes, no) => {
    expect(checkPattern(pattern)).toBeUndefined();
    for (const path of yes) expect(matches(pattern, path), path).toBe(true);
    for (const path of no) expect(matches(pattern, path), path).toBe(false);
  });

  test("a slash at the end asks for directories", () => {
    expect(matches("build/", "build", "path", true)).toBe(true);
    expect(matches("build/", "build", "path", false)).toBe(false);
  });

  test.each([
    ["tree", "node_modules", ["node_modules", "a/node_modules", "a/node_modules/b"], ["node_modules2"]],
    ["tree", "*.log", ["a.log"], ["d/a.log"]],
    ["tree", "a/b", ["a/b", "x/a/b", "x/a/b/c"], ["a"]],
    ["anywhere", "*.log", ["a.log", "d/a.log"], ["a.log2"]],
    ["anywhere", "dist/", [], ["dist/a", "a/dist/b"]],
    ["anywhere", "/a.log", ["a.log"], ["d/a.log"]],
    ["anywhere", "src/*.ts", ["src/a.ts"], ["x/src/a.ts", "src/d/a.ts"]],
  ] as const)("reach %s: %j", (reach, pattern, yes, no) => {
    for (const path of yes) expect(matches(pattern, path, reach), path).toBe(true);
    for (const path of no) expect(matches(pattern, path, reach), path).toBe(false);
  });

  test("tells directories below which everything matches, and only those", () => {
    const { covers } = compilePatterns(["**/node_modules/**", "dist/**", "*.tmp"], "path");
    expect(["node_modules", "a/node_modules", "dist"].filter(covers)).toEqual(["node_modules", "a/node_modules", "dist"]);
    expect(["a", "a/dist", "x.tmp", "node_modules2"].filter(covers)).toEqual([]);
  });
});

describe("patterns that cannot be used are refused with a reason", () => {
  test.each([
    ["", /empty/],
    ["a".repeat(513), /longer than 512/],
    ["a\0b", /well-formed/],
    ["\ud800", /well-formed/],
    ["../x", /without \.\./],
    ["!(a|b)", /excludePatterns/],
    ["x!(a)", /excludePatterns/],
    ["+(a+(b))", /groups inside groups/],
    ["[z-a]", /backwards/],
    ["[[:nothing:]]", /not a known class/],
    ["{a,b}".repeat(9), /too many alternatives/],
    ["{1..100000000}", /too many alternatives/],
    ["{1..128}{1..128}", /too many alternatives/],
    ["*a".repeat(13), /more than 12 stars/],
    ["a/".repeat(70), /more than 64 parts/],
  ])("%j", (pattern, reason) => {
    expect(checkPattern(pattern)).toMatch(reason);
    expect(() => compilePatterns([pattern], "path")).toThrow(reason);
  });
});

describe("pattern bombs take no time (F1)", () => {
  const name = "a".repeat(250);
  const deep = Array.from({ length: 120 }, () => "a".repeat(30)).join("/");
  test.each([
    ["stars in one part", "*a*a*a*a*a*a*a*a*a*a*ab", name],
    ["stars between letters of the name", "*a*a*a*a*a*b", name],
    ["globstars", `${"**/a*/".repeat(12)}b`, deep],
    ["globstars and stars", `${"**/*a*a*/".repeat(8)}b`, deep],
    ["repeated groups", "+(a|aa|aaa)+(a|aa)b", name],
    ["groups and stars", "*(a*)*(a*)b", name],
    ["question marks", `${"?".repeat(250)}*b`, name],
    ["brackets", `${"[a-z]*".repeat(10)}!`, name],
    ["braces", `{${"*a*a!,".repeat(20)}b}`, name],
  ])("%s", (_name, pattern, path) => {
    const began = performance.now();
    expect(checkPattern(pattern)).toBeUndefined();
    const matcher = compilePatterns([pattern], "path");
    for (let round = 0; round < 20; round += 1) expect(matcher.matches(path, false)).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });

  test("the same patterns stop a backtracking matcher: the cases attack", () => {
    const began = performance.now();
    // Fewer stars on a shorter name than above, or this test would not end.
    expect(/^[^/]*a[^/]*a[^/]*a[^/]*a[^/]*b$/.test("a".repeat(70))).toBe(false);
    expect(performance.now() - began).toBeGreaterThan(20);
  });
});

describe("what a list of patterns costs is bounded together, before any of it is compiled (N5)", () => {
  const letters = "[[:alpha:]]";
  const reaches: readonly PatternReach[] = ["path", "tree", "anywhere"];
  const lists: readonly (readonly [string, string])[] = [
    ["classes", letters.repeat(46)],
    ["classes in braces", `{a,b}`.repeat(7) + letters.repeat(40)],
    ["classes in a range", `{1..128}${letters.repeat(40)}`],
    ["long alternatives", `{1..128}${"a".repeat(490)}`],
    ["open braces", "{".repeat(511)],
    ["braces within braces", "{".repeat(255) + "}".repeat(255)],
    ["stars", "/a*b*c*d*e*f*g*h*i*j*k*l*".repeat(19)],
    ["groups", "/+(a|b)*(c|d)".repeat(35)],
  ];

  test.each(lists.flatMap(([name, pattern]) => reaches.map((reach) => [name, reach, pattern] as const)))("%s (%s)", (_name, reach, pattern) => {
    const patterns = Array.from({ length: 64 }, () => pattern);
    const began = process.cpuUsage();
    const refused = checkPatterns(patterns, reach);
    expect(refused?.reason).toMatch(/stand for too much/);
    const usable = patterns.slice(0, refused?.index);
    const matcher = compilePatterns(usable, reach);
    for (const name of ["a/b/c", "a".repeat(255)]) expect(matcher.matches(name, true)).toBe(false);
    // Time of this process and not of the clock: other tests run beside this one.
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(250);
    expect(() => compilePatterns(patterns, reach)).toThrow(/stand for too much/);
  });

  test.each(reaches)("what people leave out is far below that (%s)", (reach) => {
    const names = [
      "node_modules",
      "**/node_modules/**",
      "**/.git/**",
      "dist",
      "**/*.{test,spec}.{ts,tsx,js,jsx}",
      "**/*.min.{js,css}",
      "**/__pycache__/**",
      "[[:upper:]]*",
    ];
    const patterns = Array.from({ length: 64 }, (_, index) => names[index] ?? `packages/package-${index}/build/**/*.map`);
    expect(checkPatterns(patterns, reach)).toBeUndefined();
    const matcher = compilePatterns(patterns, reach);
    expect(["x/a.min.js", "packages/package-60/build/x.map", "src/a.ts"].map((path) => matcher.matches(path, false))).toEqual([true, true, false]);
  });
});
