import { describe, expect, it } from "vitest";
import { fillUrlTemplate, readUrlTemplate, type UrlTemplate } from "../../src/write/url-template.ts";

function template(text: string): UrlTemplate {
  const read = readUrlTemplate(text);
  return typeof read === "string" ? expect.unreachable(read) : read;
}

describe("a URL template", () => {
  it.each<readonly [string, string]>([
    ["https://a.test", "whole URL with a path"],
    ["//a.test/", "whole URL with a path"],
    ["https://{host}.test/", "leaves more open"],
    ["https://a.test:{port}/", "leaves more open"],
    ["https://a.test/?q={q}", "leaves more open"],
    ["https://a.test/#part", "has a #"],
    ["https://a.test/{a", "a brace that is no {name}"],
    ["https://a.test/{}", "a brace that is no {name}"],
    ["https://a.test/{__proto__}", "a brace that is no {name}"],
    ["https://a.test/{a}/{a}", "the same {name} twice"],
    ["https://a.test/x/../{a}", "as it would be sent, which is https://a.test/x"],
    ["https://a.test:443/", "as it would be sent, which is https://a.test/"],
    ["https://A.test/", "as it would be sent"],
    ["https://a.test/a b", "refused by the gate"],
    ["https://me@a.test/", "refused by the gate"],
    ["file:///etc/passwd", "refused by the gate"],
    ["http://127.1/", "refused by the gate"],
    ["http://metadata.google.internal/", "refused by the gate"],
    ["https://a.test/%{p}", "a % that is not followed by two hexadecimal digits"],
    ["https://a.test/x%2{p}", "a % that is not followed by two hexadecimal digits"],
    ["https://a.test/{p}%", "a % that is not followed by two hexadecimal digits"],
    ["https://a.test/?q=100%", "a % that is not followed by two hexadecimal digits"],
  ])("is none: %s", (text, why) => {
    expect(readUrlTemplate(text)).toContain(why);
  });

  it.each<readonly [string, Record<string, string | number | boolean>, Record<string, string | number | boolean | string[]>, string]>([
    ["https://a.test/p/{x}/t", { x: "docs" }, {}, "https://a.test/p/docs/t"],
    ["https://a.test/p/{x}.{y}", { x: "a b", y: 7 }, {}, "https://a.test/p/a%20b.7"],
    ["https://a.test/{x}", { x: "é&=+'()*;@:" }, {}, "https://a.test/%C3%A9%26%3D%2B%27%28%29%2A%3B%40%3A"],
    ["https://a.test/{x}", { x: "..a" }, {}, "https://a.test/..a"],
    ["https://a.test/{x}", { x: " a ." }, {}, "https://a.test/%20a%20."],
    ["https://a.test/a%2fb%2541/{x}%20", { x: "c" }, {}, "https://a.test/a%2fb%2541/c%20"],
    ["https://a.test/a%2fb-{x}", { x: "c" }, {}, "https://a.test/a%2fb-c"],
    ["https://a.test/{x}", { x: "100%" }, {}, "https://a.test/100%25"],
    ["https://a.test/s?v=1", {}, { q: ["a", "b&c"], on: true }, "https://a.test/s?v=1&q=a&q=b%26c&on=true"],
    ["https://a.test/s", {}, { q: "../#?" }, "https://a.test/s?q=..%2F%23%3F"],
  ])("%s with %j and %j", (text, path, query, url) => {
    expect(fillUrlTemplate(template(text), path, query)).toEqual({ url });
  });

  it.each<readonly [string, string]>([
    ["", "empty"],
    [".", "dot-segment"],
    ["..", "dot-segment"],
    ["..;a=b", "dot-segment"],
    [";a", "dot-segment"],
    ["\uff0e\uff0e", "dot-segment"],
    ["\u2025", "dot-segment"],
    [".. ", "dot-segment"],
    [" ..", "dot-segment"],
    ["..\u00a0", "dot-segment"],
    ["\u3000.\u2003", "dot-segment"],
    [".. ;a", "dot-segment"],
    ["a?b", "separator"],
    ["a#b", "separator"],
    ["a\uff1fb", "separator"],
    ["a\uff03b", "separator"],
    ["a/../b", "separator"],
    ["/", "separator"],
    ["a\\b", "separator"],
    ["a\uff0fb", "separator"],
    ["a\u2044b", "separator"],
    ["a%2fb", "percent"],
    ["%2e%2e", "percent"],
    ["a%252fb", "percent"],
    ["\uff052f", "percent"],
    ["a\u0000", "control"],
    ["a\r\nHost: b", "control"],
    ["..\u200b", "invisible"],
    [".\u00ad.", "invisible"],
    ["\u202egpj", "invisible"],
    ["\ud800", "surrogate"],
  ])("takes no %j in its path (S3)", (value, rule) => {
    expect(fillUrlTemplate(template("https://a.test/p/{x}/t"), { x: value }, {})).toEqual({ name: "x", rule });
  });

  it.each(["https://a.test/p/.{x}", "https://a.test/p/{x}./"])("%s takes nothing that makes a segment of dots around it", (text) => {
    expect(fillUrlTemplate(template(text), { x: "." }, {})).toMatchObject({ rule: "dot-segment" });
    expect(fillUrlTemplate(template(text), { x: ";a" }, {})).toMatchObject({ rule: "dot-segment" });
  });

  it.each<readonly [string, Record<string, string>, string]>([
    ["https://a.test/{p}{q}", { p: "%", q: "2f" }, "percent"],
    ["https://a.test/{p}{q}", { p: "%2", q: "f" }, "percent"],
    ["https://a.test/{p}2f{q}", { p: "%", q: "x" }, "percent"],
    ["https://a.test/{p}2{q}", { p: "%", q: "e" }, "percent"],
    ["https://a.test/%25{p}", { p: "2f" }, "percent"],
    ["https://a.test/%2525{p}", { p: "2f" }, "percent"],
    ["https://a.test/%252{p}", { p: "f" }, "percent"],
    ["https://a.test/%2e{p}", { p: "." }, "dot-segment"],
    ["https://a.test/{p}%20", { p: ".." }, "dot-segment"],
    ["https://a.test/{p}{q}", { p: ".", q: "." }, "dot-segment"],
    ["https://a.test/{p}.%2f", { p: "." }, "dot-segment"],
  ])("%s takes nothing that becomes an encoded character or a segment of dots beside what else is there: %j", (text, values, rule) => {
    expect(fillUrlTemplate(template(text), values, {})).toMatchObject({ rule });
  });

  it("never leads to another origin or to another number of segments, whatever the value (S3)", { timeout: 120_000 }, () => {
    const parsed = template("https://a.test/p/{x}/t");
    for (let code = 0; code <= 0xffff; code += 1) {
      const unit = String.fromCharCode(code);
      for (const value of [unit, `a${unit}b`, `..${unit}`, `${unit}..`]) {
        const filled = fillUrlTemplate(parsed, { x: value }, {});
        if (!("url" in filled)) continue;
        const { origin, pathname, search, hash } = new URL(filled.url);
        const [, first, middle = "", last, ...more] = pathname.split("/");
        const expected = ["https://a.test", "p", "t", 0, "", "", value];
        expect([origin, first, last, more.length, search, hash, decodeURIComponent(middle)]).toEqual(expected);
      }
    }
  });
});
