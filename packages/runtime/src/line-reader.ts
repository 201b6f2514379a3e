/**
 * One line of input: its bytes without the line feed. Of a line over the cap only its length and its two ends are left,
 * enough to find out which request it was.
 */
export type Line =
  | { readonly kind: "line"; readonly bytes: Buffer }
  | { readonly kind: "too-long"; readonly length: number; readonly head: Buffer; readonly tail: Buffer };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Bytes kept of each end of a line over the cap. */
const endLength = 256;

/**
 * Cuts a byte stream into lines and holds no more of one than the cap: the rest of a longer line is counted and thrown
 * away up to its end, and the lines after it are read as if nothing had been.
 */
export function createLineReader(cap: number): (chunk: Buffer) => readonly Line[] {
  let parts: Buffer[] = [];
  let length = 0;
  let head: Buffer | undefined;
  let tail: Buffer = Buffer.alloc(0);

  function take(piece: Buffer): void {
    length += piece.length;
    parts.push(piece);
    if (length <= cap) return;
    head ??= Buffer.from(Buffer.concat(parts.slice(0, endLength)).subarray(0, endLength));
    tail = Buffer.concat([tail, ...parts.map((part) => part.subarray(-endLength))]).subarray(-endLength);
    parts = [];
  }

  function end(): Line | undefined {
    const [first] = parts;
    let line: Line | undefined;
    if (head !== undefined) line = { kind: "too-long", length, head, tail };
    else if (first !== undefined) line = { kind: "line", bytes: withoutReturn(parts.length === 1 ? first : Buffer.concat(parts)) };
    parts = [];
    length = 0;
    head = undefined;
    tail = Buffer.alloc(0);
    return line;
  }

  return (chunk) => {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      if (at > from) take(chunk.subarray(from, at));
      const line = end();
      if (line !== undefined && !(line.kind === "line" && line.bytes.length === 0)) lines.push(line);
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
    return lines;
  };
}

/**
 * The id of a request whose line was too long to read: taken only from where it must be the request's own, right at
 * the start or as the very last member, so that nothing inside its arguments can pass for it.
 */
export function idOfLongLine(head: Buffer, tail: Buffer): string | number | null {
  const start = /^\{"jsonrpc":"2\.0","id":("[\w-]{1,64}"|\d{1,15}),/.exec(head.toString("latin1"));
  const end = /,"id":("[\w-]{1,64}"|\d{1,15})\}\r?$/.exec(tail.toString("latin1"));
  const found = (start ?? end)?.[1];
  return found === undefined ? null : (JSON.parse(found) as string | number);
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}
