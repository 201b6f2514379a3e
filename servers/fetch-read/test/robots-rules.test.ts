import { describe, expect, it } from "vitest";
import { askRobots, readRobots } from "../src/robots-rules.ts";

function allows(robots: string, path: string): boolean {
  return askRobots(readRobots(robots), new URL(path, "https://site.example")).allow;
}

describe("whom the rules are for (RFC 9309 §2.2.1)", () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["nobody", "Disallow: /", true],
    ["everybody", "User-agent: *\nDisallow: /", false],
    ["somebody else", "User-agent: other\nDisallow: /", true],
    ["us, in other letters", "user-agent: Postern-Fetch-READ\ndisallow: /", false],
    ["us, with a version", "User-agent: postern-fetch-read/2.0\nDisallow: /", false],
    ["a name that only begins like ours", "User-agent: postern-fetch\nDisallow: /", true],
    ["us, who are given what everybody is not", "User-agent: *\nDisallow: /\nUser-agent: postern-fetch-read\nAllow: /", true],
    ["us, without a rule", "User-agent: *\nDisallow: /\n\nUser-agent: postern-fetch-read\nDisallow:", true],
    ["us among others", "User-agent: a\nUser-agent: postern-fetch-read\nUser-agent: b\nDisallow: /", false],
    ["us in two groups", "User-agent: postern-fetch-read\nDisallow: /x\nUser-agent: a\nDisallow: /y\nUser-agent: postern-fetch-read\nDisallow: /page", false],
    ["a group that other lines stand in", "User-agent: *\nSitemap: /s.xml\nCrawl-delay: 3\nDisallow: /", false],
    ["a group that ended", "User-agent: *\nDisallow: /x\nUser-agent: a\nDisallow: /", true],
  ];
  it.each(rows)("%s", (_name, robots, expected) => {
    expect(allows(robots, "/page")).toBe(expected);
  });
});

describe("what a rule is about (RFC 9309 §2.2.2, §2.2.3)", () => {
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ["the longest pattern", "Allow: /a/page\nDisallow: /a", "/a/page.html", true],
    ["the longest pattern, last", "Disallow: /a/\nAllow: /", "/a/b", false],
    ["of two as long, the one that allows", "Disallow: /a\nAllow: /a", "/a", true],
    ["the query", "Disallow: /*?secret=", "/x?a=1&b=2", true],
    ["the query, where it fits", "Disallow: /*?secret=", "/x?secret=2", false],
    ["a wildcard in the middle", "Disallow: /*/private/*.php", "/a/b/private/c/d.php5", false],
    ["an end", "Disallow: /*.gif$", "/x.gif", false],
    ["an end that is none", "Disallow: /*.gif$", "/x.gif?y", true],
    ["an end that overlaps its beginning", "Disallow: /aba*ba$", "/aba", true],
    ["the root alone", "Disallow: /$", "/", false],
    ["the root alone, elsewhere", "Disallow: /$", "/x", true],
    ["a dollar sign that is not at the end", "Disallow: /a$b", "/a$b", false],
    ["a star of its own", "Disallow: /file-with-a-%2A.html", "/file-with-a-*.html", false],
    ["capitals", "Disallow: /A", "/a", true],
    ["letters that are escaped for nothing", "Disallow: /%7Euser/%61", "/~user/a", false],
    ["escapes in small letters", "Disallow: /%e3%83%84", "/\u30c4", false],
    ["letters beyond ASCII", "Disallow: /\u30c4", "/%E3%83%84", false],
    ["an escaped slash, which is no slash", "Disallow: /a%2Fb", "/a/b", true],
    ["comments", "Disallow: /a # not /b\n# Disallow: /", "/a", false],
    ["line ends of all kinds", "Disallow: /x\rDisallow: /y\r\nDisallow: /a", "/a", false],
    ["white space", " \tDisallow :  /a  ", "/a", false],
    ["robots.txt itself, which is always given", "Disallow: /", "/robots.txt", true],
    ["a pattern without a slash, which fits nothing", "Disallow: a", "/a", true],
  ];
  it.each(rows)("%s", (_name, rules, path, expected) => {
    expect(allows(`User-agent: *\n${rules}`, path)).toBe(expected);
  });

  it("names the line", () => {
    expect(askRobots(readRobots("# hello\nUser-agent: *\nAllow: /\nDisallow: /a"), new URL("https://site.example/a"))).toEqual({ allow: false, line: 4 });
  });
});

describe("hostile files of 512 KiB cost little", () => {
  const half = 512 * 1024;
  const rows: readonly (readonly [string, string, string])[] = [
    ["agents times rules", `${"User-agent: *\n".repeat(18_000)}${"allow:/\n".repeat(32_000)}`, "/a"],
    ["stars", `User-agent: *\n${`disallow:/${"*a".repeat(2000)}b\n`.repeat(130)}`, `/${"a".repeat(8000)}`],
    ["one pattern", `User-agent: *\ndisallow:/${"*a".repeat(half / 2)}`, `/${"a".repeat(8000)}`],
    ["stars without end", `User-agent: *\ndisallow:${"*".repeat(half)}`, "/a"],
    ["long parts that nearly fit", `User-agent: *\n${`disallow:/*${"a".repeat(4000)}b\n`.repeat(130)}`, `/${"a".repeat(8000)}`],
    ["lines without end", `User-agent: *\n${"\n".repeat(half - 20)}`, "/a"],
    ["groups without end", "User-agent: *\n".repeat(half / 14), "/a"],
    ["lines of white space", `User-agent: *\n${" ".repeat(half)}`, "/a"],
    ["a name without end", "a".repeat(half), "/a"],
    ["white space before a colon", `a${" ".repeat(half)}b`, "/a"],
  ];
  it.each(rows)("%s", (_name, robots, path) => {
    const started = process.cpuUsage();
    askRobots(readRobots(robots), new URL(path, "https://site.example"));
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });

  it("what costs too much to find out is not given", () => {
    const robots = `User-agent: *\n${`disallow:/${"*a".repeat(4000)}b\n`.repeat(60)}`;
    // No line: the host did not ask for it.
    expect(askRobots(readRobots(robots), new URL(`/${"a".repeat(8000)}`, "https://site.example"))).toEqual({ allow: false, line: undefined });
    expect(allows(robots, "/a")).toBe(true);
  });
});
