import { describe, expect, test } from "vitest";
import { decodeText } from "../src/decode-text.ts";

const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le").swap16();

describe("text is decoded by what its bytes say, and never silently lossy", () => {
  test.each([
    ["ASCII", Buffer.from("plain"), { text: "plain", encoding: "utf-8", lossy: false, bom: false }],
    ["nothing", Buffer.alloc(0), { text: "", encoding: "utf-8", lossy: false, bom: false }],
    ["UTF-8", Buffer.from("größe €😀"), { text: "größe €😀", encoding: "utf-8", lossy: false, bom: false }],
    ["UTF-8 with U+FFFD in it", Buffer.from("\ufffd"), { text: "\ufffd", encoding: "utf-8", lossy: false, bom: false }],
    ["UTF-8 with a mark", Buffer.from("\ufeffx"), { text: "x", encoding: "utf-8", lossy: false, bom: true }],
    ["damaged UTF-8 with a mark", Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff]), { text: "a\ufffd", encoding: "utf-8", lossy: true, bom: true }],
    ["UTF-16LE", Buffer.from("\ufeffgröße😀", "utf16le"), { text: "größe😀", encoding: "utf-16le", lossy: false, bom: true }],
    ["UTF-16BE", utf16be("größe😀"), { text: "größe😀", encoding: "utf-16be", lossy: false, bom: true }],
    ["UTF-16LE with U+FFFD in it", Buffer.from("\ufeffa\ufffd", "utf16le"), { text: "a\ufffd", encoding: "utf-16le", lossy: false, bom: true }],
    ["UTF-16LE with half a pair", Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00]), { text: "\ufffda", encoding: "utf-16le", lossy: true, bom: true }],
    ["UTF-16BE with an odd byte", Buffer.concat([utf16be("a"), Buffer.from([0x61])]), { text: "a\ufffd", encoding: "utf-16be", lossy: true, bom: true }],
    ["Latin-1", Buffer.from("gr\u00f6\u00dfe", "latin1"), { text: "größe", encoding: "latin1", lossy: false, bom: false }],
  ] as const)("%s", (_name, bytes, expected) => expect(decodeText(bytes)).toEqual(expected));

  test("does not change the bytes that it decodes", () => {
    const bytes = utf16be("abc");
    const copy = Buffer.from(bytes);
    decodeText(bytes);
    expect(bytes.equals(copy)).toBe(true);
  });
});
