import { describe, expect, it } from "vitest";
import { type HostPattern, matchesHost, readHostPattern } from "../src/host-pattern.ts";
import { HostTable } from "../src/host-table.ts";

function pattern(text: string): HostPattern {
  const read = readHostPattern(text);
  return typeof read === "string" ? expect.unreachable(read) : read;
}

describe("hosts of a card", () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["docs.example.org", ["docs.example.org"], ["example.org", "a.docs.example.org", "docs.example.org.evil.example", "xdocs.example.org"]],
    ["*.example.org", ["a.example.org", "a.b.example.org"], ["example.org", "xexample.org", "example.org.evil.example", ".example.org"]],
    ["*", ["example.org", "8.8.8.8"], []],
    ["8.8.8.8", ["8.8.8.8"], ["8.8.8.80", "18.8.8.8"]],
    ["2001:DB8::1", ["2001:db8::1"], ["2001:db8::10"]],
    ["B\u00dcCHER.ch", ["xn--bcher-kva.ch"], ["bucher.ch"]],
    ["Example.org.", ["example.org"], []],
    ["intranet", ["intranet"], ["intranet.example.org"]],
  ];
  it.each(rows)("%s", (text, yes, no) => {
    expect(yes.map((host) => [host, matchesHost(pattern(text), host)])).toEqual(yes.map((host) => [host, true]));
    expect(no.map((host) => [host, matchesHost(pattern(text), host)])).toEqual(no.map((host) => [host, false]));
  });

  const refused = [
    "",
    "a.*.org",
    "**.org",
    "*example.org",
    "https://example.org",
    "example.org:443",
    "example.org/x",
    "u@example.org",
    "127.1",
    "0x7f.1",
    "*.8.8.8.8",
  ];
  it.each([...refused, "metadata.google.internal", "metadata", "*.", "exa mple.org", "a..b"])("%j is no host of a card", (text) => {
    expect(readHostPattern(text)).toBeTypeOf("string");
  });

  it.each([
    ["[fd12:3456::1]", "fd12:3456::1"],
    ["[FD12:3456:0::1]", "fd12:3456::1"],
    ["[127.0.0.1]", "127.0.0.1"],
  ])("%s is to be written without its brackets", (text, address) => {
    expect(readHostPattern(text)).toBe(`the host ${JSON.stringify(text)} is an address in brackets: write ${address}`);
  });

  it("the pattern that says most of a host governs it, and all that have the same one", () => {
    const table = new HostTable<string>();
    for (const text of ["*", "*.org", "*.example.org", "a.example.org", "8.8.8.8"]) table.add(pattern(text), text);
    table.add(pattern("*.example.org"), "again");
    const expected = {
      "a.example.org": ["a.example.org"],
      "b.a.example.org": ["*.example.org", "again"],
      "example.org": ["*.org"],
      "example.com": ["*"],
      "8.8.8.8": ["8.8.8.8"],
      "8.8.4.4": ["*"],
    };
    expect(Object.keys(expected).map((host) => [host, table.governing(host)])).toEqual(Object.entries(expected));
  });

  it("costs as much with 20,000 cards as with two", () => {
    const table = new HostTable<number>();
    for (let at = 0; at < 20_000; at += 1) table.add(pattern(`h${at}.example.org`), at);
    const began = performance.now();
    for (let at = 0; at < 20_000; at += 1) expect(table.governing(`h${at}.example.org`)).toEqual([at]);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
