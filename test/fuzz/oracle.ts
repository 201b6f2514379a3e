import { homedir } from "node:os";
import { repository } from "../checks/source.ts";

/** Protocol traffic that reaches no tool: a server may pass over it without a record. */
const traffic = /^(initialize|ping|server\/discover|tools\/list|logging\/setLevel|subscriptions\/listen|notifications\/.*)$/;

/** Whether a line must leave exactly one record, or may leave none. Knows nothing of how the server reads lines. */
export function mustBeRecorded(bytes: Buffer): boolean {
  const text = bytes.toString("latin1").replace(/\r$/, "");
  if (text === "") return false;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return true;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return true;
  const { method } = value as { readonly method?: unknown };
  if (typeof method !== "string") return !("result" in value || "error" in value);
  return !traffic.test(method);
}

/** Whether a line asks for an answer that must come under this id. */
export function asksFor(bytes: Buffer, id: number): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const given = value as Readonly<Record<string, unknown>>;
    return (
      given["jsonrpc"] === "2.0" &&
      given["id"] === id &&
      typeof given["method"] === "string" &&
      Object.keys(given).every((key) => ["jsonrpc", "id", "method", "params"].includes(key))
    );
  } catch {
    return false;
  }
}

const leaks: readonly (readonly [RegExp, string])[] = [
  [/\\n\s+at [\w.<]/, "a stack"],
  [/node:internal|node_modules|\.(ts|js|mjs|cjs):\d+/, "a place in the code"],
  [/\b(TypeError|RangeError|SyntaxError|ReferenceError|ZodError|SqliteError|AggregateError|McpError|ProtocolError)\b/, "the name of an exception"],
  [
    /\b(EACCES|EBADF|EISDIR|EINVAL|ELOOP|EMFILE|ENAMETOOLONG|ENOENT|ENOTDIR|EPERM|EXDEV|SQLITE_\w+|ERR_[A-Z_]+)\b/,
    "a code of the operating system, of Node or of SQLite",
  ],
  [/\bis not a function\b|\bCannot read propert|\bundefined \(reading\b|\[object Object\]/, "the text of an exception"],
];

/** What an answer shows that no caller may see, beyond what the caller itself wrote. */
export function leaksIn(line: string, hidden: readonly string[]): readonly string[] {
  return [
    ...leaks.filter(([pattern]) => pattern.test(line)).map(([, what]) => what),
    ...[repository, homedir(), process.execPath, ...hidden].filter((path) => path.length > 1 && line.includes(path)).map((path) => `the path ${path}`),
  ];
}
