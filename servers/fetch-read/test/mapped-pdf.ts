import { deflateSync } from "node:zlib";

/** Some hundred bytes that say 200 times how each of 16 million characters is to be read, and how wide a hundred million are. */
export function mappedPdf(): Buffer {
  const range = (at: number): string => `1 beginbfrange\n<0000> <FFFFFF> <${(0x4e00 + at).toString(16)}>\nendbfrange\n`;
  const ranges = Array.from({ length: 200 }, (_, at) => range(at)).join("");
  const map = `begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n${ranges}endcmap\n`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[4 0 R]/Count 1>>",
    "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents 5 0 R>>",
    stream("BT /F1 12 Tf 100 700 Td <0041> Tj ET"),
    "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W[0 99999999 500]>>",
    stream(deflateSync(map, { level: 9 }).toString("latin1"), "/Filter/FlateDecode"),
  ];
  const parts = ["%PDF-1.4\n", ...objects.map((object, at) => `${at + 1} 0 obj${object}endobj\n`)];
  const places = objects.map((_, at) => String(parts.slice(0, at + 1).join("").length).padStart(10, "0"));
  const table = places.map((place) => `${place} 00000 n \n`).join("");
  const body = parts.join("");
  return Buffer.from(`${body}xref\n0 8\n0000000000 65535 f \n${table}trailer<</Size 8/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF`, "latin1");
}

function stream(bytes: string, filter = ""): string {
  return `<</Length ${bytes.length}${filter}>>stream\n${bytes}\nendstream`;
}
