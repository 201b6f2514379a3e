import { describe, expect, it } from "vitest";
import { decodeBody } from "../src/decode-body.ts";

const html = "text/html";
const latin = (text: string): Buffer => Buffer.from(text, "latin1");

describe("the encoding of an answer", () => {
  const rows: readonly (readonly [string, Buffer, string | undefined, string, string])[] = [
    ["UTF-8 by default", Buffer.from("h\u00e9"), undefined, "utf-8", "h\u00e9"],
    ["the header's", latin("h\u00e9"), "text/html; charset=ISO-8859-1", "windows-1252", "h\u00e9"],
    ["the header's in quotes", latin("\u0080"), 'text/html; x=y; charset="windows-1252"', "windows-1252", "\u20ac"],
    ["the mark's before the header's", Buffer.from("\ufeffh\u00e9"), "text/html; charset=iso-8859-1", "utf-8", "h\u00e9"],
    ["the mark of UTF-16", Buffer.from("\ufeffh\u00e9", "utf16le"), "text/html", "utf-16le", "h\u00e9"],
    ["the document's", latin('<meta charset="iso-8859-2">\u00b1'), html, "iso-8859-2", '<meta charset="iso-8859-2">\u0105'],
    ["the document's by http-equiv", latin("<meta http-equiv=content-type content='text/html; charset=koi8-r'>\u00c1"), html, "koi8-r", "\u0430"],
    ["the document's of XML", latin('<?xml version="1.0" encoding="iso-8859-5"?>\u00d0'), "application/xml", "iso-8859-5", "\u0430"],
    ["not what a comment says", latin('<!-- <meta charset="koi8-r"> -->a'), html, "utf-8", "a"],
    ["not UTF-16 by the document's word", Buffer.from('<meta charset="utf-16">h\u00e9'), html, "utf-8", "h\u00e9"],
    ["not what plain text says", Buffer.from('<meta charset="koi8-r">\u00e9'), "text/plain", "utf-8", "\u00e9"],
    ["Japanese", Buffer.from([0x82, 0xa0]), "text/html; charset=Shift_JIS", "shift_jis", "\u3042"],
    ["with bytes that fit nothing", Buffer.from([0x61, 0xff, 0x62]), undefined, "utf-8", "a\ufffdb"],
  ];
  it.each(rows)("%s", (_name, bytes, contentType, charset, ending) => {
    const decoded = decodeBody(bytes, contentType);
    expect(decoded.charset).toBe(charset);
    expect(decoded.text.endsWith(ending)).toBe(true);
  });

  it.each(["utf-7", "utf-32", "hz-gb-2312", "iso-2022-kr", "nonsense", "x".repeat(5_000)])("%s is refused", (charset) => {
    const error = expect.objectContaining({ code: "net.decode" }) as Error;
    expect(() => decodeBody(Buffer.from("+ADw-script+AD4-"), `text/html; charset=${charset}`)).toThrow(error);
  });
});
