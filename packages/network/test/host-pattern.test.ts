import { describe, expect, it } from "vitest";
import { type HostPattern, isNarrower, matchesHost, readHostPattern } from "../src/host-pattern.ts";

function pattern(text: string): HostPattern {
  const read = readHostPattern(text);
  return typeof read === "string" ? expect.unreachable(read) : read;
}

describe("hosts of a card (U1, S2)", () => {
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

  it("the narrower one of two governs", () => {
    const order = ["*", "*.org", "*.example.org", "a.example.org"].map(pattern);
    for (const [at, one] of order.entries()) {
      for (const [other, against] of order.entries()) expect(isNarrower(one, against)).toBe(at > other);
    }
  });
});
