/** How lines end in the bytes of a file: after one byte, or after an aligned pair of them (UTF-16). */
export interface LineUnit {
  /** Bytes of one code unit. */
  readonly width: 1 | 2;
  /** Byte order mark that a part of the file needs in front to be decoded like the whole. */
  readonly mark: Buffer;
  /** Position after the first line feed at or after `from`; -1: none. `chunk` starts at a whole unit. */
  after(chunk: Buffer, from: number): number;
}

const lineFeed = 0x0a;

const bytes: LineUnit = {
  width: 1,
  mark: Buffer.alloc(0),
  after: (chunk, from) => chunk.indexOf(lineFeed, from) + 1 || -1,
};

/** RFC 2781 §3.2: the mark tells the byte order. */
export function lineUnitOf(start: Buffer): LineUnit {
  if (start[0] === 0xff && start[1] === 0xfe) return pairs(Buffer.from([0xff, 0xfe]), 0);
  if (start[0] === 0xfe && start[1] === 0xff) return pairs(Buffer.from([0xfe, 0xff]), 1);
  return bytes;
}

/** `low` is the place of the byte that holds the line feed. */
function pairs(mark: Buffer, low: 0 | 1): LineUnit {
  return {
    width: 2,
    mark,
    after(chunk, from) {
      for (let at = chunk.indexOf(lineFeed, from); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) {
        if (at % 2 === low && chunk[low === 0 ? at + 1 : at - 1] === 0) return at - low + 2;
      }
      return -1;
    },
  };
}

/** Whether the start of a file is text. A zero byte outside of UTF-16 is found in every binary format and in no text. */
export function startsAsText(start: Buffer): boolean {
  return lineUnitOf(start).width === 2 || !start.subarray(0, 8192).includes(0);
}
