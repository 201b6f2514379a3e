/** A small PDF: one page for each content stream, with one font. */
export function pdfFile(streams: readonly (string | Buffer)[], filter = ""): Buffer {
  const objects: Buffer[] = [
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from(`<< /Type /Pages /Kids [${streams.map((_, at) => `${4 + 2 * at} 0 R`).join(" ")}] /Count ${streams.length} >>`),
    Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ...streams.flatMap((stream, at) => [
      Buffer.from(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * at} 0 R >>`),
      Buffer.concat([Buffer.from(`<< /Length ${stream.length} ${filter} >>\nstream\n`), Buffer.from(stream), Buffer.from("\nendstream")]),
    ]),
  ];
  const parts = [Buffer.from("%PDF-1.4\n")];
  const places: number[] = [];
  let length = 9;
  for (const [at, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    places.push(length);
    parts.push(part);
    length += part.length;
  }
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF`));
  return Buffer.concat(parts);
}

export function shows(text: string, size = 12, x = 100): string {
  return `BT /F1 ${size} Tf ${x} 700 Td (${text}) Tj ET\n`;
}
