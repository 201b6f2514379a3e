import { readStyle, type StyleRules } from "./read-style.ts";

const none = { number: Number.NaN, unit: "" };
/** Share of what is drawn below which nobody reads it. */
const faint = 0.1;

/** Whether a style that stands on an element hides its text from people: not shown, not drawn, of no size, or off the page. */
export function hidesItself(style: string): boolean {
  const rules = readStyle(style);
  return isAbsent(rules) || isFaint(rules) || isSmall(rules) || isClipped(rules) || isAway(rules) || isFlat(rules);
}

function isAbsent({ of }: StyleRules): boolean {
  // The content of a column is that of its table's rows.
  return (
    of("display").some((value) => /^(?:none|table-column(?:-group)?)\b/.test(value)) ||
    of("visibility").some((value) => /^(?:hidden|collapse)\b/.test(value)) ||
    of("content-visibility").some((value) => /^hidden\b/.test(value))
  );
}

function isFaint({ of, isSettled }: StyleRules): boolean {
  if (of("opacity").some((value) => numberOf(value) < faint)) return true;
  for (const value of of("filter")) {
    const [, share = ""] = /(?:^|\s)opacity\(([^()]*)\)/.exec(value) ?? [];
    const [, blur = ""] = /(?:^|\s)blur\(([^()]*)\)/.exec(value) ?? [];
    if (numberOf(share) < faint || lengthOf(blur).number >= (/px/.test(blur) ? 10 : 1)) return true;
  }
  if (masks.some((property) => of(property).some((value) => /^linear-gradient\((?:\s*transparent\s*(?:,|(?=\))))+\)/.test(value)))) return true;
  const fills = of("-webkit-text-fill-color");
  const colours = isSettled("-webkit-text-fill-color") ? fills : [...fills, ...of("color")];
  if (!colours.some((colour) => colour === "transparent" || alphaOf(colour) < faint)) return false;
  // Letters cut out of a background are seen.
  const backgrounds = of("background");
  const cut = [of("background-clip"), of("-webkit-background-clip"), backgrounds].some((clips) => clips.some((clip) => /\btext\b/.test(clip)));
  return !(cut && [...backgrounds, ...of("background-image")].some((value) => value.includes("(")));
}

const masks = ["mask", "mask-image", "-webkit-mask", "-webkit-mask-image"];

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

function isSmall({ of }: StyleRules): boolean {
  if (of("font-size").some(isTiny) || of("font").some((font) => isTiny(sizeOf(font)))) return true;
  // Letters that are written over each other.
  return of("letter-spacing").some((value) => value.endsWith("em") && lengthOf(value).number <= -0.5);
}

function isTiny(size: string): boolean {
  const [, name, inner = ""] = /^(min|max)\(([^()]*)\)$/.exec(size) ?? [];
  if (name !== undefined) return name === "min" ? inner.split(",").some(isTiny) : inner.split(",").every(isTiny);
  const { number, unit } = lengthOf(size);
  return unit === "" || unit === "px" || unit === "pt" ? number <= 1 : number <= (unit === "%" ? 10 : 0.1);
}

const overflows = ["overflow", "overflow-x", "overflow-y", "overflow-block", "overflow-inline"];
const sizes = ["height", "width", "max-height", "max-width", "block-size", "inline-size", "max-block-size", "max-inline-size"];

function isClipped({ of }: StyleRules): boolean {
  if (of("clip").some((value) => /rect\(\s*(?:0|1px|0px)/.test(value)) || of("clip-path").some(isEmptyShape)) return true;
  const cuts =
    overflows.some((property) => of(property).some((value) => /hidden|clip|auto|scroll/.test(value))) ||
    of("contain").some((value) => /\b(?:paint|strict|content)\b/.test(value));
  if (!cuts) return false;
  if (of("line-height").some((value) => lengthOf(value).number === 0)) return true;
  if (of("white-space").some((value) => /^(?:nowrap|pre)$/.test(value)) && of("text-indent").some(isWhole)) return true;
  return sizes.some((property) =>
    of(property).some((value) => {
      const { number, unit } = lengthOf(value);
      return unit === "" || unit === "px" ? number <= 1 : number === 0;
    }),
  );
}

function isWhole(value: string): boolean {
  const { number, unit } = lengthOf(value);
  return unit === "%" && number >= 100;
}

/** A shape that holds nothing, or so little that nobody reads it. */
function isEmptyShape(shape: string): boolean {
  if (/circle\(\s*0|polygon\(\s*0[^)]*0\s*\)|path\(\s*(?:""|'')\s*\)/.test(shape)) return true;
  const [, name, inner = ""] = /\b(inset|rect|xywh|ellipse)\(([^()]*)\)/.exec(shape) ?? [];
  if (name === undefined) return false;
  const sides = (inner.split(/\bround\b|\bat\b/, 1)[0] ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(lengthOf);
  const [first = none, second = first, third = first, fourth = second] = sides;
  if (name === "ellipse") return first.number === 0 || (sides.length > 1 && second.number === 0);
  if (name === "xywh") return third.number === 0 || fourth.number === 0;
  if (name === "rect") return isSame(first, third) || isSame(second, fourth);
  return isAllOf(first, third) || isAllOf(second, fourth);
}

type Length = ReturnType<typeof lengthOf>;

function isSame(one: Length, other: Length): boolean {
  return one.number === other.number && (one.unit === other.unit || one.number === 0);
}

function isAllOf(one: Length, other: Length): boolean {
  return (one.unit === "%" ? one.number : 0) + (other.unit === "%" ? other.number : 0) >= 100;
}

const offsets =
  "text-indent left right top bottom inset inset-inline inset-inline-start inset-inline-end inset-block inset-block-start inset-block-end margin-left margin-top margin-inline-start margin-block-start translate".split(
    " ",
  );

function isAway({ of }: StyleRules): boolean {
  if (offsets.some((property) => of(property).some(isFar))) return true;
  return of("transform").some((transform) => [...transform.matchAll(/translate(?:3d|[xyz])?\(([^()]*)\)/g)].some(([, by = ""]) => isFar(by)));
}

function isFar(value: string): boolean {
  if (value === "") return false;
  return value.split(/[\s,()]+/).some((part) => {
    const { number, unit } = lengthOf(part);
    if (unit === "px" || unit === "pt" || unit === "") return number <= -100 || number >= 2_000;
    return number <= (unit === "%" ? -100 : -10) || number >= 150;
  });
}

/** Drawn without width or height, or turned so that only its edge is seen, or its back that is not drawn. */
function isFlat({ of }: StyleRules): boolean {
  if (of("zoom").some((value) => numberOf(value) < faint) || of("scale").some(isNothing)) return true;
  if (of("rotate").some((value) => isEdge(degreesOf(/^[xy]\s+(\S+)$/.exec(value)?.[1] ?? "")))) return true;
  const hasBack = !of("backface-visibility").some((value) => value === "hidden");
  return of("transform").some((transform) => isFlattened(transform, hasBack));
}

function isFlattened(transform: string, hasBack: boolean): boolean {
  for (const [, by = ""] of transform.matchAll(/scale(?:3d|[xy])?\(([^()]*)\)/g)) if (isNothing(by)) return true;
  const turns = [...transform.matchAll(/rotate[xy]\(([^()]*)\)/g)].map(([, by = ""]) => degreesOf(by));
  if (turns.some(isEdge)) return true;
  const [only = Number.NaN, ...more] = turns;
  if (!hasBack && more.length === 0 && Math.cos((only / 180) * Math.PI) < 0) return true;
  const [, matrix] = /matrix\(([^()]*)\)/.exec(transform) ?? [];
  const [a = 1, b = 0, c = 0, d = 1] = matrix?.split(",").map(Number) ?? [];
  return Math.abs(a * d - b * c) < 1e-4;
}

function isEdge(degrees: number): boolean {
  return Math.abs(degrees) % 180 === 90;
}

function degreesOf(angle: string): number {
  const [, by = "NaN", unit = ""] = /^([+-]?[\d.]+)(deg|turn|grad)$/.exec(angle.trim()) ?? [];
  return Number(by) * ({ turn: 360, grad: 0.9 }[unit] ?? 1);
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
