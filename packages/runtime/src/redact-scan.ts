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
/** Texts up to this size share one buffer; larger ones get their own. */
const keptBytes = 4 * 1024 * 1024;

/**
 * Makes one pass over a text that finds every occurrence of every literal, in the order of the text. Only each second
 * position is probed, with one table lookup on two characters: of two neighboring bigrams of an occurrence exactly one
 * lies on a probed position, so none is missed and none is found twice. Linear in the text; the table costs 128 KiB.
 */
export function createScan(literals: readonly Literal[]): (text: string) => Hit[] {
  const { buckets, candidates } = tableOf(literals);
  let kept = Buffer.alloc(0);

  return (text) => {
    if (text.length > kept.length && text.length <= keptBytes) kept = Buffer.alloc(2 ** Math.ceil(Math.log2(text.length + 2)));
    const bytes = text.length > kept.length ? Buffer.alloc(text.length + 1) : kept;
    // Characters beyond Latin-1 lose their high byte here: more probes, no missed one, as `occursAt` compares the text.
    bytes.write(text, 0, "latin1");
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, text.length >> 1);
    const hits: Hit[] = [];
    for (let pair = 0; pair < pairs.length; pair += 1) {
      const bucket = buckets[pairs[pair] as number] as number;
      if (bucket === 0) continue;
      for (const { literal, index, offset } of candidates[bucket] as Candidate[]) {
        const at = pair * 2 - offset;
        if (at >= 0 && occursAt(text, at, literal)) hits.push({ literal: index, at });
      }
    }
    return hits.toSorted((one, other) => one.at - other.at);
  };
}

function tableOf(literals: readonly Literal[]): { buckets: Uint16Array; candidates: Candidate[][] } {
  // Number of the bucket that holds the candidates of a bigram; 0 for the bigrams of no literal.
  const buckets = new Uint16Array(0x10000);
  const candidates: Candidate[][] = [[]];
  for (const [index, literal] of literals.entries()) {
    if (literal.text.length < shortestLiteral) throw new Error(`the literal ${literal.text} is too short to be found`);
    const rarest = rarestOffset(literal.text);
    for (const offset of [rarest, rarest + 1]) {
      for (const key of bigramKeys(literal, offset)) {
        if (buckets[key] === 0) buckets[key] = candidates.push([]) - 1;
        candidates[buckets[key] as number]?.push({ literal, index, offset });
      }
    }
  }
  return { buckets, candidates };
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

function bigramKeys({ text, anyCase }: Literal, offset: number): Set<number> {
  const spellings = (at: number): readonly number[] => {
    const character = text.charAt(at);
    return (anyCase ? [character.toLowerCase(), character.toUpperCase()] : [character]).map((spelling) => spelling.charCodeAt(0));
  };
  const keys = new Set<number>();
  // Through a view, as the scan reads its pairs: the byte order of the machine does not matter.
  for (const first of spellings(offset)) {
    for (const second of spellings(offset + 1)) keys.add(new Uint16Array(Uint8Array.of(first, second).buffer)[0] as number);
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
