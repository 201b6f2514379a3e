import { expect, test } from "vitest";
import { addressBlocks, metadataAddresses } from "../src/address-blocks.ts";
import { type Address, classify, parseAddress, parseNetwork } from "../src/address.ts";
import { readUrl } from "../src/url-gate.ts";

const spellings = 2_000;
const seed = 20261125;

const bases = addressBlocks
  .filter(({ category }) => category !== "public")
  .map(({ block }) => (parseNetwork(block) ?? expect.unreachable(block)).text.replace(/\/\d+$/, ""));
const denied = [...new Set([...bases, ...Object.keys(metadataAddresses), "10.1.2.3", "127.9.8.7", "169.254.3.4", "fd12:3456::7", "fe80::1:2"])];

test.each(denied)(`${spellings} spellings of %s are of its category or no URL at all (seed ${seed})`, (text) => {
  const address = parseAddress(text) ?? expect.unreachable(text);
  const { category } = classify(address);
  const random = mulberry(seed);
  const found = new Map<string, string>();
  let read = 0;
  for (let round = 0; round < spellings; round += 1) {
    const host = address.family === 4 ? spellFour(address, random) : `[${spellSix(address, random)}]`;
    const raw = `http://${host}${random() < 0.2 ? ":8080" : ""}/`;
    const gated = readUrl(raw);
    const reached = gated.address;
    if (reached === undefined) {
      expect([raw, gated.outcome]).toEqual([raw, "refused"]);
      continue;
    }
    read += 1;
    found.set(classify(reached).category, raw);
  }
  expect([...found.keys()], JSON.stringify([...found])).toEqual([category]);
  expect(read).toBeGreaterThan(spellings / 20);
});

function mulberry(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;
const pick = <Each>(random: Random, list: readonly Each[]): Each => list[Math.floor(random() * list.length)] ?? expect.unreachable("an empty list");

/** One to four numbers, the last one standing for all that is left, each in a base of its own; then dressed up. */
function spellFour({ parts }: Address, random: Random): string {
  const count = 1 + Math.floor(random() * 4);
  const head = parts.slice(0, count - 1);
  const tail = parts.slice(count - 1).reduce((sum, part) => sum * 256 + part, 0);
  const dot = pick(random, [".", ".", ".", "\u3002", "\uff0e", "\uff61", "%2e", "%2E"]);
  const plain = [...head, tail].map((part) => number(part, random)).join(dot) + pick(random, ["", "", "", ".", "\u3002"]);
  return dressed(plain, random);
}

function number(value: number, random: Random): string {
  const zeros = "0".repeat(Math.floor(random() * 3));
  switch (Math.floor(random() * 5)) {
    case 0:
      return `0${zeros}${value.toString(8)}`;
    case 1:
      return `0x${zeros}${value.toString(16)}`;
    case 2:
      return `0X${zeros}${value.toString(16).toUpperCase()}`;
    default:
      return String(value);
  }
}

/** Some characters as percent signs say them, wide, circled, or with something invisible beside them. */
function dressed(plain: string, random: Random): string {
  if (random() < 0.5) return plain;
  const how = Math.floor(random() * 4);
  return [...plain]
    .map((unit) => {
      if (random() < 0.5) return unit;
      const digit = /[0-9]/.test(unit) ? Number(unit) : undefined;
      if (how === 0 && /[0-9a-z]/i.test(unit)) return `%${unit.charCodeAt(0).toString(16)}`;
      if (how === 1 && /[!-~]/.test(unit)) return String.fromCharCode(unit.charCodeAt(0) + 0xfee0);
      if (how === 2 && digit !== undefined) return digit === 0 ? "\u24ea" : String.fromCharCode(0x2460 + digit - 1);
      if (how === 3) return unit + pick(random, ["\u00ad", "\u200b", "\u2060", "\ufeff"]);
      return unit;
    })
    .join("");
}

function spellSix({ parts }: Address, random: Random): string {
  const groups = parts.map((part) => {
    const bare = part.toString(16);
    const padded = random() < 0.3 ? bare.padStart(1 + Math.floor(random() * 4), "0") : bare;
    return random() < 0.3 ? padded.toUpperCase() : padded;
  });
  const [high = 0, low = 0] = parts.slice(6);
  if (random() < 0.3) groups.splice(6, 2, [high >> 8, high & 0xff, low >> 8, low & 0xff].join("."));
  const runs = groups.flatMap((group, at) => (/^0+$/.test(group) ? [at] : []));
  const from = runs.length === 0 || random() < 0.2 ? undefined : pick(random, runs);
  const whole = from === undefined ? groups.join(":") : shortened(groups, from, random);
  return random() < 0.05 ? `${whole}%25lo` : whole;
}

/** `::` for a run of zero groups that begins somewhere, of any length that it can have. */
function shortened(groups: readonly string[], from: number, random: Random): string {
  let to = from + 1;
  while (/^0+$/.test(groups[to] ?? "") && random() < 0.8) to += 1;
  return `${groups.slice(0, from).join(":")}::${groups.slice(to).join(":")}`;
}
