import { readUsage, usageKeys, type CallFilter, type Usage, type UsageKey } from "@postern/evidence";
import { didYouMean } from "@postern/policy";
import type { OptionValues } from "./options.ts";
import { flagOf, textOf } from "./options.ts";
import { jsonLine } from "./printable.ts";
import { tableText } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const measures = ["calls", "denied", "bytes", "cost"] as const;
type Shares = Readonly<Record<(typeof measures)[number], number>>;

/** What `--by` asks for; undefined: it is not given. Filters that no index answers do not go with it. */
export function usageKeyFrom(values: OptionValues): UsageKey | undefined {
  const asked = textOf(values, "by");
  if (asked === undefined) return undefined;
  const key = usageKeys.find((each) => each === asked);
  if (key === undefined) {
    const near = didYouMean(asked, usageKeys);
    throw new UsageError(`--by ${JSON.stringify(asked)} does not exist${near === undefined ? `; one of ${usageKeys.join(", ")}` : `; did you mean ${near}?`}`);
  }
  for (const other of ["target", "call"]) if (textOf(values, other) !== undefined) throw new UsageError(`--by and --${other} do not go together`);
  for (const other of ["follow", "unfinished"]) if (flagOf(values, other)) throw new UsageError(`--by and --${other} do not go together`);
  return key;
}

/** Who used how much, and which share of all that is: as a table, or one object a line. */
export function usageLines(
  file: string,
  by: UsageKey,
  filter: CallFilter & { readonly limit: number },
  how: { readonly json: boolean; readonly terminal: Terminal },
): readonly string[] {
  const { limit, ...asked } = filter;
  const all = readUsage(file, by, asked);
  const shown = all.slice(0, limit).map((usage) => ({ ...usage, share: sharesOf(usage, all) }));
  if (how.json) return shown.map(({ name, calls, denied, bytes, cost, share }) => jsonLine({ [by]: name, calls, denied, bytes, cost, share }));
  if (shown.length === 0) return [];
  const head = [by.toUpperCase(), ...measures.flatMap((measure) => [measure.toUpperCase(), "%"])];
  const rows = shown.map(({ share, ...usage }) => [usage.name ?? "-", ...measures.flatMap((measure) => [String(usage[measure]), share[measure].toFixed(1)])]);
  return [tableText(how.terminal, head, rows)];
}

/** In percent, with one digit after the point. */
function sharesOf(usage: Usage, all: readonly Usage[]): Shares {
  const share = (measure: (typeof measures)[number]): number => {
    const whole = all.reduce((sum, each) => sum + each[measure], 0);
    return whole === 0 ? 0 : Math.round((usage[measure] * 1000) / whole) / 10;
  };
  return { calls: share("calls"), denied: share("denied"), bytes: share("bytes"), cost: share("cost") };
}
