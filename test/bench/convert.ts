import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { htmlToMarkdown } from "../../servers/fetch-read/src/html-to-markdown.ts";
import { withoutInvisible } from "@postern/policy";
import { convertByOthers, realPages, type RealPage } from "../fetch-read/real-pages.ts";

const help = `pnpm bench:convert: our converter beside readability + linkedom + turndown, on Readability's own test pages.
Both in one process, turn by turn; the processor time of the whole thread counts, so that other work on the machine changes little.

  --rounds N   rounds (default 7) after one that is not counted; a page's time is its median
  --pages      one line for each page
`;
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, pages: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});

interface Timed {
  readonly page: RealPage;
  readonly ours: number;
  readonly theirs: number;
}

async function main(): Promise<void> {
  const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 7);
  const pages = realPages();
  const samples = new Map(pages.map((page) => [page, { ours: [] as number[], theirs: [] as number[] }]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [page, { ours, theirs }] of samples) {
      const one = await processorTime(() => convertByOurs(page.html));
      const other = await processorTime(() => convertByOthers(page.html));
      if (round === 0) continue;
      ours.push(one);
      theirs.push(other);
    }
  }
  const timed = [...samples].map(([page, { ours, theirs }]): Timed => ({ page, ours: median(ours), theirs: median(theirs) }));
  process.stdout.write(`Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${rounds} rounds, medians, processor time\n\n`);
  if (values.pages) for (const each of timed) process.stdout.write(`${each.page.name.padEnd(30)} ${lineOf([each])}\n`);
  process.stdout.write(`${"all pages".padEnd(30)} ${lineOf(timed)}\n`);
  process.stdout.write(`${"pages above 50 kB".padEnd(30)} ${lineOf(timed.filter(({ page }) => page.html.length > 50_000))}\n`);
  process.stdout.write(`median of the pages' ratios: ${median(timed.map(({ ours, theirs }) => theirs / ours)).toFixed(1)} times\n`);
}

/** With all that the tool does to a page after it has it as text. */
async function convertByOurs(html: string): Promise<string> {
  const { text } = await htmlToMarkdown(html, { url: "http://site.example/page.html", signal: new AbortController().signal });
  return withoutInvisible(text).text;
}

async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function lineOf(timed: readonly Timed[]): string {
  const sum = (of: (each: Timed) => number): number => timed.reduce((all, each) => all + of(each), 0);
  const [kilobytes, ours, theirs] = [sum(({ page }) => page.html.length) / 1000, sum((each) => each.ours), sum((each) => each.theirs)];
  return `${kilobytes.toFixed(0).padStart(6)} kB   ours ${ours.toFixed(1).padStart(7)} ms   theirs ${theirs.toFixed(1).padStart(7)} ms   ${(theirs / ours).toFixed(1).padStart(5)} times`;
}

if (values.help) process.stdout.write(help);
else await main();
