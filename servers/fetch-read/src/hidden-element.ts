import { hidesItself } from "./own-style.ts";

export type Attributes = Readonly<Record<string, string | undefined>>;

const never = new Set(
  "script style template noscript svg math iframe object embed applet canvas audio video select datalist button textarea map frameset noframes noembed rp progress meter".split(
    " ",
  ),
);
const hiddenClasses =
  /(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|screen-reader-only|u-hidden|is-hidden|d-none|a11y-hidden|offscreen|element-invisible)(?:\s|$)/i;

/** Elements that hold nothing for a reader, whatever they say. */
export function isNeverShown(name: string): boolean {
  return never.has(name);
}

/**
 * Whether an element says of itself that people do not see it: by its attributes, the style that stands on it, or a class that
 * is used for nothing else. Holes: what a stylesheet hides, or a colour like the background's, cannot be told from here.
 */
export function isHidden(name: string, attributes: Attributes): boolean {
  if (attributes["hidden"] !== undefined || attributes["aria-hidden"]?.trim().toLowerCase() === "true" || attributes["inert"] !== undefined) return true;
  if (attributes["popover"] !== undefined) return true;
  if (name === "input" || (name === "dialog" && attributes["open"] === undefined)) return true;
  if (hiddenClasses.test(attributes["class"] ?? "")) return true;
  const { style } = attributes;
  return style !== undefined && hidesItself(style);
}
