import { describe, expect, it } from "vitest";
import { createScrubber } from "../src/index.ts";

const mask = "[redacted:lane]";
const secrets = ["canary-2b81c0", 'p"a\\s/s+w=o%rd', "a_b*c[d]e&f<g>'h", "two words  42", "aaaaaa", "abc/def+ghi=jkl", "\\\\server\\x%2541"];

function knowing(value: string) {
  const scrubber = createScrubber();
  scrubber.know("lane", value);
  return scrubber;
}

const html = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const each = (text: string, how: (code: number) => string): string => [...text].map((unit) => how(unit.charCodeAt(0))).join("");

const forms: readonly (readonly [string, (secret: string) => string])[] = [
  ["as it is", (secret) => secret],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded whole, in lower case", (secret) => each(secret, (code) => `%${code.toString(16)}`)],
  ["percent-encoded twice", (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ["in a form", (secret) => new URLSearchParams({ "": secret }).toString().slice(1)],
  ["in JSON", (secret) => JSON.stringify(secret)],
  ["in JSON in JSON", (secret) => JSON.stringify(JSON.stringify(secret))],
  ["in JSON, escaped whole", (secret) => each(secret, (code) => `\\u${code.toString(16).padStart(4, "0")}`)],
  ["in HTML", html],
  ["in HTML, by number", (secret) => each(secret, (code) => `&#${code};`)],
  ["in HTML, by hexadecimal number", (secret) => each(secret, (code) => `&#x${code.toString(16)};`)],
  ["with its spaces run together", (secret) => secret.replaceAll(/ +/g, " ")],
  ["in Markdown", (secret) => secret.replaceAll(/([\\*_[\]<>])/g, "\\$1")],
  ["in base64", (secret) => Buffer.from(secret).toString("base64")],
  ["in base64url", (secret) => Buffer.from(secret).toString("base64url")],
  ["in base64 behind one byte", (secret) => Buffer.from(`u${secret}`).toString("base64")],
  ["in base64 between others, for Basic", (secret) => Buffer.from(`us:${secret}:x`).toString("base64")],
  ["in hexadecimal digits", (secret) => Buffer.from(secret).toString("hex")],
  ["in hexadecimal digits, capitals", (secret) => Buffer.from(secret).toString("hex").toUpperCase()],
  ["in base64, percent-encoded", (secret) => encodeURIComponent(Buffer.from(`${secret}?`).toString("base64"))],
];

describe.each(secrets)("%j does not leave (R2)", (secret) => {
  it.each(forms)("%s", (_name, form) => {
    const before = "GET /x?token=";
    const shown = form(secret);
    const { text, count } = knowing(secret).text(`${before}${shown}\r\nnext line`);
    expect(count).toBeGreaterThan(0);
    expect(text).toContain(mask);
    expect(text.startsWith("GET /x?token")).toBe(true);
    expect(text.endsWith("\nnext line")).toBe(true);
    expect(text).not.toContain(shown);
    // Nothing but quotes and what base64 shares with its neighbors is left of it.
    expect(text.length).toBeLessThanOrEqual(before.length + mask.length + 36);
  });
});

const long = "key-9f2c71ab8840d3e5".repeat(9);
const inLines = (text: string, width: number, end: string): string => text.match(new RegExp(`.{1,${width}}`, "gs"))?.join(end) ?? "";
const widths = [64, 72, 76] as const;
const ends: readonly (readonly [string, string])[] = [
  ["line feeds", "\n"],
  ["carriage returns and line feeds", "\r\n"],
  ["line feeds in JSON", "\\n"],
  ["both in JSON in JSON", "\\\\r\\\\n"],
  ["percent-encoded line ends", "%0D%0A"],
  ["soft line ends of quoted-printable", "=\r\n"],
  ["line feeds and spaces", "\n  "],
];
describe.each(ends)("cut by %s, a secret does not leave (R2)", (_name, end) => {
  it.each<readonly [string, string]>([
    ["as it is", long],
    ["in base64", Buffer.from(long).toString("base64")],
    ["in base64 of a larger text", Buffer.from(`user:${long}:and more`).toString("base64")],
    ["in base64url", Buffer.from(long).toString("base64url")],
    ["in hexadecimal digits", Buffer.from(long).toString("hex")],
  ])("%s", (_form, whole) => {
    for (const width of widths) {
      const shown = inLines(whole, width, end);
      const { text } = knowing(long).text(`one${end}two ${shown}${end}three${end}four`);
      expect(text).toMatch(/^one/);
      expect(text.endsWith(`three${end}four`), text).toBe(true);
      for (const line of whole.match(/.{32}/g)?.slice(1, -1) ?? []) expect(text).not.toContain(line);
      expect(text.length).toBeLessThan(90);
    }
  });
});

describe("the key that a secret stands for (R2)", () => {
  it.each<readonly [string, Buffer]>([
    ["printable", Buffer.from("supersecretkey0123456789!")],
    ["any bytes", Buffer.from("00ff10ef20df30cf40bf50af609f708f809f", "hex")],
  ])("of %s leaves in none of its encodings", (_name, key) => {
    const scrubber = createScrubber();
    const secret = `whsec_${key.toString("base64")}`;
    scrubber.know("lane", secret, key);
    const text = key.toString("latin1");
    const printable = /^[ -~]+$/.test(text) ? [text, encodeURIComponent(text), Buffer.from(`a${text}`).toString("base64")] : [];
    const encoded = [secret, ...(["base64", "base64url", "hex"] as const).map((encoding) => key.toString(encoding)), key.toString("hex").toUpperCase()];
    for (const shown of [...encoded, key.toString("base64").replace(/=+$/, ""), ...printable]) {
      expect(scrubber.text(`key: ${shown}, it says`), shown).toEqual({
        text: expect.stringMatching(/^key: \[redacted:lane\](=*), it says$/) as string,
        count: 1,
      });
    }
  });
});

/** Pieces that escapes are made of, whole and broken, and others. */
const pieces = ["%41", "%2", "%4", "%", "\\", "\\u00", "\\u0042", "&amp;", "&#", "&#9", "&#x", "x", " ", "é", "\u{1f600}", "\n", "/", "=", "4", "c"];

/** Numbers that look random, the same ones each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe.each(["canary-2b81c0", "4f61c8d5e0-x/y", "%2cab+cd&ef"])("whatever stands beside %j (R2)", (secret) => {
  it("the secret is taken out, and what is farther away stays", () => {
    const pick = numbers(20_261_125);
    const scrubber = knowing(secret);
    for (let round = 0; round < 3_000; round += 1) {
      const noise = (): string => Array.from({ length: pick(6) }, () => pieces[pick(pieces.length)] ?? "").join("");
      const [name, form] = forms[pick(forms.length)] ?? expect.unreachable("no form");
      const [before, shown, after] = [`far away ${noise()}`, form(secret), `${noise()} far away`];
      const { text, count } = scrubber.text(`${before}${shown}${after}`);
      const told = JSON.stringify({ round, name, before, shown, after, text });
      expect(count, told).toBeGreaterThan(0);
      expect(text.startsWith("far away ") && text.endsWith(" far away"), told).toBe(true);
      // All of it: what is left is the noise, quotes, and letters of base64 that say nothing of it.
      const inner = text.slice("far away ".length, -" far away".length).replaceAll(mask, "");
      expect(inner.length, told).toBeLessThanOrEqual(before.length + after.length - 18 + 8);
    }
  });
});

describe("what holds no secret", () => {
  it("comes back as it is, the same object", () => {
    const scrubber = knowing("canary-2b81c0");
    const value = { a: ["canary", 1, null, { b: "100%25 \\u0041 &amp;" }] };
    expect(scrubber.value(value)).toBe(value);
    expect(scrubber.text("canary-2b81c canary-2b81d0 %63anary")).toEqual({ text: "canary-2b81c canary-2b81d0 %63anary", count: 0 });
  });

  it("costs nothing where no lane is known", () => {
    const value = { a: "b" };
    expect(createScrubber().value(value)).toBe(value);
    expect(createScrubber().text("%41")).toEqual({ text: "%41", count: 0 });
  });

  it("is all that stands beside it", () => {
    const scrubber = knowing("canary-2b81c0");
    expect(scrubber.text("100%25 canary-2b81c0\\n&amp;canary%2D2b81c0; C:\\new")).toEqual({ text: `100%25 ${mask}\\n&amp;${mask}; C:\\new`, count: 2 });
  });
});

it("takes them out of keys and values of a message, and of no other kind of value", () => {
  const scrubber = knowing("canary-2b81c0");
  const message = { "canary-2b81c0": 1, list: ["x canary-2b81c0", true], deep: { deeper: "canary%2d2b81c0" } };
  expect(scrubber.value(message)).toEqual({ [mask]: 1, list: [`x ${mask}`, true], deep: { deeper: mask } });
});

it("knows several, longest spans first, and of one lane the last 16", () => {
  const scrubber = createScrubber();
  for (let round = 0; round < 20; round += 1) scrubber.know("turning", `turning-value-${round}-`);
  scrubber.know("other", "value-19-and-more");
  expect(scrubber.text("turning-value-19-and-more")).toEqual({ text: mask, count: 1 });
  expect(scrubber.text("turning-value-4-").count).toBe(1);
  expect(scrubber.text("turning-value-3-").count).toBe(0);
});

it("takes time linear in the text, also in one of nothing but escapes (N5)", () => {
  const scrubber = knowing("canary-2b81c0");
  for (const unit of ["%63", "\\", "&#99;", "c", "Y2Fu", "%25", "\n", "can\r\n", "\\r", "\\n\\", "=", "%0a"]) {
    const began = performance.now();
    scrubber.text(unit.repeat(3_000_000 / unit.length));
    expect(performance.now() - began, unit).toBeLessThan(5_000);
  }
});
