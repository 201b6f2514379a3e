/**
 * Whether an address with a prefix length has bits behind the prefix: it looks like one host and means all around it. Takes what
 * zod takes for a network.
 */
export function hasHostBits(network: string): boolean {
  const [address = "", length = ""] = network.split("/");
  const bits = address.includes(":") ? bitsOfSix(address) : bitsOfFour(address);
  return bits.slice(Number(length)).includes("1");
}

function bitsOfFour(address: string): string {
  return address
    .split(".")
    .map((part) => binary(Number(part), 8))
    .join("");
}

function bitsOfSix(address: string): string {
  const [before = "", after] = address.split("::").map((side) => side.split(":").filter(Boolean).map(bitsOfPart).join(""));
  return after === undefined ? before : before + after.padStart(128 - before.length, "0");
}

/** The last part may be written as an address of the older family. */
function bitsOfPart(part: string): string {
  return part.includes(".") ? bitsOfFour(part) : binary(Number.parseInt(part, 16), 16);
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}
