const number = String.raw`[+-]?(?:\d*\.)?\d+(?:e[+-]?\d+)?`;
const plain = number.replace("[+-]?", String.raw`\+?`);
const unit = "(?:px|r?em|r?ex|r?ch|r?ic|r?cap|r?lh|[sld]?v(?:w|h|i|b|min|max)|cm|mm|q|in|pt|pc|%)";
const length = String.raw`(?:${number}${unit}|[+-]?0)`;
const size = String.raw`(?:${plain}${unit}|\+?0)`;
const hex = "#(?:[\\da-f]{3,4}|[\\da-f]{6}|[\\da-f]{8})";
const colours = "black|white|red|green|blue|gray|grey|silver|maroon|purple|fuchsia|lime|olive|yellow|navy|teal|aqua|orange|transparent|currentcolor";
const inEvery = /^(?:inherit|initial|unset|revert|revert-layer)$|^var\(\s*--[^\s,()]+\s*(?:,[^()]*)?\)$/i;

const display =
  "none|block|inline|inline-block|(?:inline-|-webkit-)?flex|(?:inline-)?grid|flow-root|contents|list-item|-webkit-(?:inline-)?box|(?:inline-)?table|table-(?:row|cell|caption|column|(?:row|column|header|footer)-group)";
const offset = `auto|${length}`;
const box = `auto|none|(?:min|max|fit)-content|${size}`;
const overflow = "(?:visible|hidden|clip|scroll|auto)";
const shares = String.raw`none|(?:${number}%?)(?:\s+${number}%?){0,2}`;
const nothing = "none";

/** Values that every program takes, by property; few where nobody writes more than one. The properties are all that can hide. */
const written: Readonly<Record<string, string>> = {
  display,
  visibility: "visible|hidden|collapse",
  "content-visibility": "visible|auto|hidden",
  opacity: `${number}%?`,
  color: `${colours}|${hex}`,
  "-webkit-text-fill-color": `${colours}|${hex}`,
  "background-clip": "text|border-box|padding-box|content-box",
  "-webkit-background-clip": "text|border-box|padding-box|content-box",
  background: nothing,
  "background-image": nothing,
  font: "menu|caption|icon",
  "font-size": `xx-small|x-small|small|medium|large|x-large|xx-large|xxx-large|smaller|larger|${size}`,
  "letter-spacing": `normal|${length}`,
  "line-height": `normal|${plain}|${size}`,
  "white-space": "normal|nowrap|pre|pre-wrap|pre-line|break-spaces",
  clip: "auto",
  "clip-path": nothing,
  contain: "none|strict|content|size|layout|style|paint",
  filter: nothing,
  mask: nothing,
  "mask-image": nothing,
  "-webkit-mask": nothing,
  "-webkit-mask-image": nothing,
  transform: nothing,
  "backface-visibility": "visible|hidden",
  scale: shares,
  zoom: `normal|${plain}%?`,
  rotate: "none",
  translate: String.raw`none|${length}(?:\s+${length}){0,2}`,
  inset: String.raw`(?:${offset})(?:\s+(?:${offset})){0,3}`,
  margin: String.raw`(?:${offset})(?:\s+(?:${offset})){0,3}`,
  "text-indent": length,
  ...each("overflow overflow-x overflow-y overflow-block overflow-inline", String.raw`${overflow}(?:\s+${overflow})?`),
  ...each("height width max-height max-width block-size inline-size max-block-size max-inline-size", box),
  ...each("left right top bottom inset-inline inset-inline-start inset-inline-end inset-block inset-block-start inset-block-end", offset),
  ...each("margin-left margin-top margin-inline margin-inline-start margin-block margin-block-start", offset),
};

function each(properties: string, form: string): Readonly<Record<string, string>> {
  return Object.fromEntries(properties.split(" ").map((property) => [property, form]));
}

const forms: ReadonlyMap<string, RegExp> = new Map(Object.entries(written).map(([property, form]) => [property, new RegExp(`^(?:${form})$`)]));

/**
 * Whether a value of a property is one that every program takes, so that it is in force in place of an earlier one. Undefined: the
 * property hides nothing. False is also said of many that are taken: they are in force beside the earlier one.
 */
export function isKnownValue(property: string, value: string): boolean | undefined {
  const form = forms.get(property);
  return form === undefined ? undefined : form.test(value) || inEvery.test(value);
}
