// East Asian Wide and Fullwidth blocks, and symbols that terminals draw as pictures (UAX 11, UTS 51).
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const mark = /\p{M}/u;

/** Columns that printable text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (character < "\u0300") columns += 1;
    else if (!mark.test(character)) columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

/** Cuts to a width from the left: of a path, its end says most. */
export function keepEnd(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const characters = [...text];
  let from = characters.length;
  for (let used = 1; from > 0; from--) {
    used += columnsOf(characters[from - 1] ?? "");
    if (used > width) break;
  }
  return `…${characters.slice(from).join("")}`;
}

/** Cuts to a width from the right. */
export function keepStart(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - columnsOf(text))) + text;
}
