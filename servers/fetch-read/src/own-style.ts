/** Characters of one value that are looked at. What hides something says so in fewer, and patterns take time in the square of it. */
const longestValue = 256;
const none = { number: Number.NaN, unit: "" };
/** Share of what is drawn below which nobody reads it. */
const faint = 0.1;

/** Whether a style that stands on an element hides its text from people: not shown, not drawn, of no size, or off the page. */
export function hidesItself(style: string): boolean {
  const rules = rulesOf(style);
  const of = (property: string): string => {
    const value = rules.get(property) ?? "";
    if (!value.startsWith("var(")) return value;
    const [, name, otherwise] = /^var\(\s*(--[^\s,()]+)\s*(?:,([^()]*))?\)$/.exec(value) ?? [];
    return name === undefined ? value : (rules.get(name) ?? otherwise ?? "").trim();
  };
  return isAbsent(of) || isFaint(of) || isTiny(of("font-size")) || isTiny(sizeOf(of("font"))) || isClipped(of) || isAway(of) || isFlat(of);
}

type Of = (property: string) => string;

function isAbsent(of: Of): boolean {
  return /^none\b/.test(of("display")) || /^(?:hidden|collapse)\b/.test(of("visibility")) || /^hidden\b/.test(of("content-visibility"));
}

function isFaint(of: Of): boolean {
  if (numberOf(of("opacity")) < faint) return true;
  const [, share = ""] = /(?:^|\s)opacity\(([^()]*)\)/.exec(of("filter")) ?? [];
  if (numberOf(share) < faint) return true;
  const colour = of("-webkit-text-fill-color") || of("color");
  if (colour === "") return false;
  if (!(colour === "transparent" || alphaOf(colour) < faint)) return false;
  // Letters cut out of a background are seen.
  const cut = [of("background-clip"), of("-webkit-background-clip"), of("background")].some((clip) => /\btext\b/.test(clip));
  return !(cut && (of("background") + of("background-image")).includes("("));
}

/** Of a colour, NaN where it says none. */
function alphaOf(colour: string): number {
  const hex = /^#(?:[\da-f]{3}([\da-f])|[\da-f]{6}([\da-f]{2}))$/.exec(colour);
  if (hex !== null) return Number.parseInt(hex[1] ?? hex[2] ?? "", 16) / (hex[1] === undefined ? 255 : 15);
  const [, alpha = ""] = /^[a-z-]+\((?:[^()/]*\/|(?:[^(),]*,){3})([^()]*)\)$/.exec(colour) ?? [];
  return numberOf(alpha);
}

/** The size in the short form of a font: its first length, before the height of its lines. */
function sizeOf(font: string): string {
  if (font === "") return "";
  return (
    font
      .split(/\s+/)
      .find((part) => /^(?:\d*\.?\d+(?:[a-z]+|%)|0)(?:\/|$)/.test(part))
      ?.split("/", 1)[0] ?? ""
  );
}

function isTiny(size: string): boolean {
  const { number, unit } = lengthOf(size);
  return unit === "" || unit === "px" || unit === "pt" ? number <= 1 : number < (unit === "%" ? 10 : 0.1);
}

const overflows = ["overflow", "overflow-x", "overflow-y"];
const sizes = ["height", "width", "max-height", "max-width", "block-size", "inline-size", "max-block-size", "max-inline-size"];

function isClipped(of: Of): boolean {
  if (/rect\(\s*(?:0|1px|0px)/.test(of("clip")) || /inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0[^)]*0\s*\)/.test(of("clip-path"))) return true;
  if (!overflows.some((property) => /hidden|clip|auto|scroll/.test(of(property)))) return false;
  if (lengthOf(of("line-height")).number === 0) return true;
  return sizes.some((property) => {
    const { number, unit } = lengthOf(of(property));
    return unit === "" || unit === "px" ? number <= 1 : number === 0;
  });
}

const offsets = ["text-indent", "left", "right", "top", "bottom", "inset", "margin-left", "margin-top", "translate"];

function isAway(of: Of): boolean {
  if (offsets.some((property) => isFar(of(property)))) return true;
  const transform = of("transform");
  return transform !== "" && [...transform.matchAll(/translate(?:3d|[xyz])?\(([^()]*)\)/g)].some(([, by = ""]) => isFar(by));
}

function isFar(value: string): boolean {
  if (value === "") return false;
  return value.split(/[\s,()]+/).some((part) => {
    const { number, unit } = lengthOf(part);
    if (unit === "px" || unit === "pt" || unit === "") return number <= -100 || number >= 2_000;
    return number <= (unit === "%" ? -100 : -10) || number >= 150;
  });
}

/** Drawn without width or height, or turned so that only its edge is seen. */
function isFlat(of: Of): boolean {
  const transform = of("transform");
  if (numberOf(of("zoom")) < faint || isNothing(of("scale"))) return true;
  if (transform === "") return false;
  for (const [, by = ""] of transform.matchAll(/scale(?:3d|[xy])?\(([^()]*)\)/g)) if (isNothing(by)) return true;
  for (const [, by = "", unit = ""] of transform.matchAll(/rotate[xy]\(\s*([+-]?[\d.]+)(deg|turn|grad)\s*\)/g)) {
    if (Math.abs(Number(by) * ({ turn: 360, grad: 0.9 }[unit] ?? 1)) % 180 === 90) return true;
  }
  const [, matrix] = /matrix\(([^()]*)\)/.exec(transform) ?? [];
  const [a = 1, b = 0, c = 0, d = 1] = matrix?.split(",").map(Number) ?? [];
  return Math.abs(a * d - b * c) < 1e-4;
}

function isNothing(scale: string): boolean {
  return scale.split(/[\s,]+/).some((part) => Math.abs(numberOf(part)) < 0.01);
}

/** A number or a share, also as a sum of one; NaN for all else. */
function numberOf(value: string): number {
  const { number, unit } = lengthOf(value);
  return unit === "" ? number : unit === "%" ? number / 100 : Number.NaN;
}

function lengthOf(value: string): { readonly number: number; readonly unit: string } {
  if (!/\d/.test(value)) return none;
  const [, number = "NaN", unit = ""] = /^(?:calc\(\s*)?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*|%)\s*\)?$/.exec(value.trim()) ?? [];
  return { number: Number(number), unit };
}

/** What is in force: the last of each property, or the last of those that are important. */
function rulesOf(style: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  const important = new Set<string>();
  // Comments and escapes write the same properties in other letters.
  for (const text of withoutComments(style).split(";")) {
    const { property, value, isImportant } = ruleOf(text);
    if (isImportant) important.add(property);
    else if (important.has(property)) continue;
    rules.set(property, value);
  }
  return rules;
}

function ruleOf(text: string): { readonly property: string; readonly value: string; readonly isImportant: boolean } {
  const rule = unescaped(text);
  const colon = rule.indexOf(":");
  const said = rule
    .slice(colon + 1)
    .trim()
    .slice(0, longestValue)
    .toLowerCase();
  const value = said.replace(/!\s*important/, "").trim();
  return { property: rule.slice(0, colon).trim().toLowerCase(), value, isImportant: said.includes("!") };
}

function withoutComments(style: string): string {
  let text = "";
  let from = 0;
  for (let at = style.indexOf("/*"); at >= 0; at = style.indexOf("/*", from)) {
    text += style.slice(from, at);
    const end = style.indexOf("*/", at + 2);
    // One that is not closed goes on to the end.
    if (end < 0) return text;
    from = end + 2;
  }
  return text + style.slice(from);
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, code: string | undefined, other: string | undefined) => {
    const point = code === undefined ? undefined : Number.parseInt(code, 16);
    return point === undefined ? (other ?? "") : point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
