/** One literal that a scan looks for. */
export interface Literal {
  readonly text: string;
  /** Found in any mixture of ASCII case. */
  readonly anyCase: boolean;
}

/** Where a literal begins. */
export interface Hit {
  /** Position in the list that the scan was made from. */
  readonly literal: number;
  readonly at: number;
}

interface Candidate {
  readonly literal: Literal;
  readonly index: number;
  /** Offset of the bigram in the literal. */
  readonly offset: number;
}

/** Shorter literals have no two bigrams next to each other, of which one lies on a probed position. */
export const shortestLiteral = 3;
/** Bits of the table of neighbors. */
const after = 1;
const before = 2;
/** Zeros after the text, so that the last step may look beyond it. */
const padding = 16;
/** Texts up to this size share one buffer; larger ones get their own. */
const keptBytes = 4 * 1024 * 1024;

/**
 * Makes one pass over a text that finds every occurrence of every literal, in the order of the text. Only each second
 * position is probed, with one table lookup on two characters: of two neighboring bigrams of an occurrence exactly one
 * lies on a probed position, so none is missed and none is found twice. Linear in the text; the tables cost 128 KiB.
 */
export function createScan(literals: readonly Literal[]): (text: string) => Hit[] {
  const { buckets, neighbors, candidates } = tableOf(literals);
  let kept = Buffer.alloc(0);

  function probe(text: string, bytes: Buffer, pair: number, bucket: number, hits: Hit[]): void {
    const byAfter = (neighbors[(bucket << 8) | (bytes[pair * 2 + 2] as number)] as number) & after;
    const byBefore = pair === 0 ? 0 : (neighbors[(bucket << 8) | (bytes[pair * 2 - 1] as number)] as number) & before;
    if ((byAfter | byBefore) === 0) return;
    for (const { literal, index, offset } of candidates[bucket] as Candidate[]) {
      const at = pair * 2 - offset;
      if (at >= 0 && occursAt(text, at, literal)) hits.push({ literal: index, at });
    }
  }

  return (text) => {
    const needed = text.length + padding;
    if (needed > kept.length && needed <= keptBytes) kept = Buffer.alloc(2 ** Math.ceil(Math.log2(needed)));
    const bytes = needed > kept.length ? Buffer.alloc(needed) : kept;
    // Characters beyond Latin-1 lose their high byte here: more probes, no missed one, as `occursAt` compares the text.
    bytes.write(text, 0, "latin1");
    bytes.fill(0, text.length, needed);
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, needed >> 1);
    const hits: Hit[] = [];
    // Four at a time without a branch or a call between them: all of the time of a text without secrets.
    const end = (text.length + 1) >> 1;
    for (let pair = 0; pair < end; pair += 4) {
      const one = buckets[pairs[pair] as number] as number;
      const two = buckets[pairs[pair + 1] as number] as number;
      const three = buckets[pairs[pair + 2] as number] as number;
      const four = buckets[pairs[pair + 3] as number] as number;
      if ((one | two | three | four) === 0) continue;
      if (one !== 0) probe(text, bytes, pair, one, hits);
      if (two !== 0) probe(text, bytes, pair + 1, two, hits);
      if (three !== 0) probe(text, bytes, pair + 2, three, hits);
      if (four !== 0) probe(text, bytes, pair + 3, four, hits);
    }
    return hits.toSorted((one, other) => one.at - other.at);
  };
}

function tableOf(literals: readonly Literal[]): { buckets: Uint8Array; neighbors: Uint8Array; candidates: Candidate[][] } {
  // Number of the bucket that holds the candidates of a bigram, which it may share; 0 for the bigrams of no literal.
  const buckets = new Uint8Array(0x10000);
  // Which low bytes stand after or before a bucket's bigrams in its literals: nine of ten chance hits end here.
  const neighbors = new Uint8Array(0x10000);
  const candidates: Candidate[][] = Array.from({ length: 0x100 }, () => []);
  let used = 0;
  for (const [index, literal] of literals.entries()) {
    if (literal.text.length < shortestLiteral) throw new Error(`the literal ${literal.text} is too short to be found`);
    const rarest = rarestOffset(literal.text);
    for (const offset of [rarest, rarest + 1]) {
      const own = new Set<number>();
      for (const key of bigramKeys(literal, offset)) {
        if (buckets[key] === 0) buckets[key] = 1 + (used++ % 0xff);
        own.add(buckets[key] as number);
      }
      const follows = offset + 2 < literal.text.length;
      const beside = spellings(literal, follows ? offset + 2 : offset - 1).map((code) => code & 0xff);
      for (const bucket of own) {
        candidates[bucket]?.push({ literal, index, offset });
        for (const byte of beside) neighbors[(bucket << 8) | byte] = (neighbors[(bucket << 8) | byte] as number) | (follows ? after : before);
      }
    }
  }
  return { buckets, neighbors, candidates };
}

/** The two neighboring bigrams that ordinary text has least often: fewer probes go on to a comparison. */
function rarestOffset(text: string): number {
  const commonness = (offset: number): number => frequency(text, offset) * frequency(text, offset + 1);
  let best = 0;
  for (let offset = 1; offset <= text.length - shortestLiteral; offset += 1) {
    if (commonness(offset) + commonness(offset + 1) < commonness(best) + commonness(best + 1)) best = offset;
  }
  return best;
}

function frequency(text: string, offset: number): number {
  const character = text.charAt(offset);
  const rank = "etaoinsrlhdcumpfgywbvkxjqz".indexOf(character);
  if (rank >= 0) return 26 - rank;
  return /[-/=. ]/.test(character) ? 8 : 3;
}

function spellings({ text, anyCase }: Literal, at: number): readonly number[] {
  const character = text.charAt(at);
  return (anyCase ? [character.toLowerCase(), character.toUpperCase()] : [character]).map((spelling) => spelling.charCodeAt(0));
}

function bigramKeys(literal: Literal, offset: number): Set<number> {
  const keys = new Set<number>();
  // Through a view, as the scan reads its pairs: the byte order of the machine does not matter.
  for (const first of spellings(literal, offset)) {
    for (const second of spellings(literal, offset + 1)) keys.add(new Uint16Array(Uint8Array.of(first, second).buffer)[0] as number);
  }
  return keys;
}

function occursAt(text: string, start: number, literal: Literal): boolean {
  if (!literal.anyCase) return text.startsWith(literal.text, start);
  for (let index = 0; index < literal.text.length; index += 1) {
    if (lowerCode(text.charCodeAt(start + index)) !== lowerCode(literal.text.charCodeAt(index))) return false;
  }
  return true;
}

function lowerCode(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
