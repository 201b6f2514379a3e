/**
 * Text that came from a caller, a file system or a policy, made safe to show. Guarantees that what is returned cannot
 * move the cursor, start an escape sequence, change the reading direction, hide characters or begin a new line
 * (CWE-150; Unicode TR36 §3.6, TR55): each such character stands as `\u{1b}`, a backslash as `\\`, so two different
 * values never look alike by escaping. Unassigned and look-alike letters are shown as they are.
 */
export function printable(value: string): string {
  return value.replace(unsafe, escape);
}

/** JSON on one line with the same guarantee; it parses to exactly the given value. */
export function jsonLine(value: unknown): string {
  // JSON.stringify leaves DEL, the C1 controls (U+009B starts an escape sequence) and everything above as they are.
  return JSON.stringify(value).replace(unsafeInJson, (found) => {
    let text = "";
    for (let unit = 0; unit < found.length; unit++) text += `\\u${found.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    return text;
  });
}

// More than three combining marks on one letter paint over the lines above it.
const unsafe = /\\|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?! )\p{Zs}|(?<=\p{M}{3})\p{M}/gu;
const unsafeInJson = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?<=\p{M}{3})\p{M}/gu;

function escape(found: string): string {
  return found === "\\" ? "\\\\" : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
}
