import { describe, expect, it, test } from "vitest";
import { classify } from "../src/address.ts";
import { readUrl } from "../src/url-gate.ts";
import { attacks, noCorpus } from "./corpus.ts";

/** What the gate and the classification together say of a URL, in the words of the corpus. */
function categoryOf(raw: string): string {
  const found = readUrl(raw);
  if (found.outcome === "passed") return found.address === undefined ? (found.special ? "special-name" : "name") : classify(found.address).category;
  if (found.address !== undefined) {
    const { category } = classify(found.address);
    return category === "public" ? "ambiguous-ip" : category;
  }
  if (found.category !== undefined) return found.category;
  return found.rule === "userinfo"
    ? "userinfo"
    : ({ "net.url": "invalid-url", "net.scheme": "scheme", "net.port": "port" }[found.code as string] ?? found.code);
}

const accepted: Readonly<Record<string, readonly string[]>> = {
  "invalid-or-name": ["invalid-url", "special-name", "name"],
  "invalid-url-or-loopback": ["invalid-url", "loopback"],
  "dns->loopback": ["name"],
  "dns->metadata": ["name"],
  "host-not-allowed": ["name"],
  "public-or-name": ["public", "name"],
};

const kinds = ["url-ip", "url-name", "url-ip-obfuscated", "url-invalid", "url-ipv6-embedded", "url-scheme", "url-parser", "url-allowed-neighbor"];
const cases = attacks(...kinds).map(({ input, ...rest }) => ({ ...rest, raw: String(input), shown: JSON.stringify(input) }));
test.each(cases)(`$shown is $expected_category: $why${noCorpus}`, ({ raw, expected_category }) => {
  expect(accepted[expected_category] ?? [expected_category]).toContain(categoryOf(raw));
});

describe("the gate refuses what the parser would turn in silence", () => {
  const turned: readonly (readonly [string, string, string])[] = [
    ["a tab", "http://exa\tmple.com/", "net.url"],
    ["a line feed at the end", "http://example.com/\n", "net.url"],
    ["a space at the start", " http://example.com/", "net.url"],
    ["a backslash for a slash", "http://example.com\\@evil.example/", "net.url"],
    ["userinfo", "http://allowed.example@evil.example/", "net.url"],
    ["empty userinfo", "http://@example.com/", "net.url"],
    ["a missing slash", "http:/example.com/", "net.url"],
    ["no slash at all", "https:example.com", "net.url"],
    ["a percent sign in the host", "http://ex%61mple.com/", "net.url"],
    ["a dot of another script", "http://example\u3002com/", "net.url"],
    ["an empty label", "http://example..com/", "net.url"],
    ["a lone surrogate", "http://example.com/\ud800", "net.url"],
    ["a scheme in capitals that is another one", "FTP://example.com/", "net.scheme"],
    ["a URL of data", "data:text/html,x", "net.scheme"],
    ["an address in decimal", "http://134744072/", "net.ambiguous_ip"],
    ["an address with a dot at its end", "http://8.8.8.8./", "net.ambiguous_ip"],
    ["an address with leading zeros", "http://08.8.8.8/", "net.url"],
    ["port 0", "http://example.com:0/", "net.port"],
    ["a metadata name with a dot at its end", "http://metadata.google.internal./", "net.name"],
  ];
  it.each(turned)("%s", (_name, raw, code) => {
    expect(readUrl(raw)).toMatchObject({ outcome: "refused", code });
  });

  it("more than 8,192 characters, in no time", () => {
    expect(readUrl(`http://example.com/${"a".repeat(1e6)}`)).toMatchObject({ outcome: "refused", rule: "too-long" });
  });
});

it.each(["http://intranet/", "http://localhost./", "http://lo\u00adcalhost/", "http://db.internal/", "http://x.home.arpa/"])(
  "the gate says of %j that its name leads elsewhere on each network",
  (raw) => {
    expect(readUrl(raw)).toMatchObject({ outcome: "passed", special: true });
  },
);

describe("the gate lets pass", () => {
  const passed: readonly (readonly [string, string, number])[] = [
    ["https://Example.COM/A", "example.com", 443],
    ["http://example.com.:8080/", "example.com", 8080],
    ["https://b\u00fccher.ch/", "xn--bcher-kva.ch", 443],
    ["https://a_b.example.com/", "a_b.example.com", 443],
    ["http://8.8.8.8/", "8.8.8.8", 80],
    ["http://8.8.8.8:080/", "8.8.8.8", 80],
    ["http://[2606:4700:0:0::1111]:444/", "2606:4700::1111", 444],
    ["https://example.com?q=@\u00e9", "example.com", 443],
  ];
  it.each(passed)("%s as %s, port %i", (raw, host, port) => {
    expect(readUrl(raw)).toMatchObject({ outcome: "passed", host, port, special: false });
  });
});
