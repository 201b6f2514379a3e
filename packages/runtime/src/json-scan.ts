/** Walks over JSON text without parsing it. The text need not be valid; what is found in text that is not means nothing. */

const quote = 0x22;
const backslash = 0x5c;

/** From the opening quote of a string to after its closing one. */
export function skipString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const found = text.indexOf('"', at);
    if (found === -1) return text.length;
    let slashes = 0;
    while (text.charCodeAt(found - 1 - slashes) === backslash) slashes += 1;
    at = found + 1;
    if (slashes % 2 === 0) return at;
  }
}

/**
 * Which bound a text passes: levels of objects and arrays in each other, or members of all of them together; undefined:
 * none. A parser builds a value for each first, and schemas look at them all again: two million brackets, or half a million
 * empty members, hold everybody up for seconds.
 */
export function boundPassed(text: string, bounds: { readonly levels: number; readonly members: number }): "depth" | "members" | undefined {
  if (text.length <= bounds.levels) return undefined;
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = skipString(text, at) - 1;
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > bounds.levels) return "depth";
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
    else if (unit === 0x2c) {
      members += 1;
      if (members > bounds.members) return "members";
    }
  }
  return undefined;
}
