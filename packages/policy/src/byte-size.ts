const byteUnits = new Map([
  ["B", 1],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** Names of the units, for messages. */
export const byteUnitNames: readonly string[] = [...byteUnits.keys()];

/** Reads `200KB` and its kin: decimal units are powers of 1000, `KiB` and its kin of 1024. Undefined: it is no size, or too large to count. */
export function parseByteSize(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^([1-9]\d{0,14})([A-Za-z]{1,3})$/.exec(text) ?? [];
  const size = Number(digits) * (byteUnits.get(unit) ?? Number.NaN);
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
