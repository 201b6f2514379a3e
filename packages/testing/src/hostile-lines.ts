import * as fc from "fast-check";

/** One line as bytes, without its line feed. */
export interface HostileLine {
  readonly bytes: Buffer;
  /** The id that was given to it, unless a mutation took it away again. */
  readonly id: number;
}

export interface HostileOptions {
  readonly seed: number;
  readonly count: number;
  /** Tool names and paths that make some of the calls good ones. */
  readonly tools: readonly string[];
  readonly paths: readonly string[];
  /** Members that every call's `params` get: the envelope of the 2026 era, for one. */
  readonly envelope?: Readonly<Record<string, unknown>>;
}

/** Same seed, same lines: well-formed calls, calls with wild arguments, other methods, broken members, broken bytes. */
export function hostileLines(options: HostileOptions): readonly HostileLine[] {
  const { seed, count } = options;
  const messages = fc.sample(message(options), { seed, numRuns: count });
  const mutations = fc.sample(mutation, { seed: seed + 1, numRuns: count });
  return messages.map((given, index) => {
    const id = index + 1;
    const text = JSON.stringify("id" in given && given["id"] === undefined ? { ...given, id } : given);
    return { id, bytes: mutate(Buffer.from(text), mutations[index] as Mutation) };
  });
}

interface Words {
  readonly names: fc.Arbitrary<string>;
  readonly strange: fc.Arbitrary<unknown>;
  readonly anyText: fc.Arbitrary<string>;
}

let words: Words | undefined;

/** Made once, and not before it is asked for: what makes strings of any character looks at every character first, which takes longer than most test files. */
const wildWords = (): Words => {
  const anyText = fc.string({ unit: "binary", maxLength: 40 });
  const names = fc.oneof(
    fc.constantFrom(
      "path",
      "paths",
      "pattern",
      "head",
      "tail",
      "offset",
      "limit",
      "cursor",
      "sortBy",
      "excludePatterns",
      "content",
      "edits",
      "source",
      "destination",
      "ifMatch",
      "__proto__",
      "constructor",
      "toString",
      "",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  );
  const strange = fc.oneof(
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      2 ** 53,
      "",
      " ",
      "/",
      "..",
      "../..",
      "~",
      "\0",
      "\ud800",
      "\u202e",
      "%2e%2e/",
      "C:\\",
      "\\\\?\\C:\\",
      "file:///etc/passwd",
    ),
    anyText,
    fc.integer({ min: 1, max: 6_000 }).map((length) => "a/".repeat(length)),
    fc.integer({ min: 1, max: 60 }).map((depth) => nested(depth)),
    fc.jsonValue({ maxDepth: 3 }),
  );
  return { names, strange, anyText };
};

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function message({ tools, paths, envelope = {} }: HostileOptions): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const { names, strange, anyText } = (words ??= wildWords());
  const path = fc.constantFrom(...paths);
  const tool = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...tools) }, { weight: 1, arbitrary: names }, { weight: 1, arbitrary: strange });
  const good = fc.record({ path: fc.oneof({ weight: 4, arbitrary: path }, { weight: 1, arbitrary: strange }) });
  const search = fc.record({ path, pattern: fc.string({ maxLength: 12 }) });
  const many = fc.record({ paths: fc.array(fc.oneof(path, strange), { maxLength: 6 }) });
  const text = fc.oneof(anyText, fc.constantFrom("a", "a\n", "b", ""));
  const write = fc.record(
    { path: fc.oneof(path, strange), content: text, ifMatch: fc.oneof(fc.constant("0".repeat(64)), strange) },
    { requiredKeys: ["path", "content"] },
  );
  const edit = fc.record(
    { path, edits: fc.array(fc.record({ oldText: text, newText: text }), { maxLength: 3 }), dryRun: fc.boolean() },
    { requiredKeys: ["path", "edits"] },
  );
  const move = fc.record({ source: fc.oneof(path, strange), destination: fc.oneof(path, strange) });
  const wild = fc.dictionary(names, strange, { maxKeys: 5 });
  const input: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 5, arbitrary: good },
    { weight: 2, arbitrary: search },
    { weight: 1, arbitrary: many },
    { weight: 2, arbitrary: write },
    { weight: 1, arbitrary: edit },
    { weight: 1, arbitrary: move },
    { weight: 2, arbitrary: wild },
    { weight: 1, arbitrary: strange },
  );
  const call = fc
    .record({ name: tool, arguments: input })
    .map((params) => ({ jsonrpc: "2.0", id: undefined, method: "tools/call", params: { ...params, ...envelope } }));
  const other = fc.record({
    jsonrpc: fc.oneof(fc.constant("2.0"), strange),
    id: fc.oneof(fc.constant(undefined), strange),
    method: fc.oneof(
      fc.constantFrom("tools/call", "tools/list", "ping", "initialize", "resources/read", "prompts/get", "completion/complete", "notifications/cancelled", "x"),
      strange,
    ),
    params: fc.oneof(fc.constant({ ...envelope }), wild, strange),
  });
  const answer = fc.record({ jsonrpc: fc.constant("2.0"), id: strange, result: fc.oneof(wild, strange) });
  const notification = call.map(({ jsonrpc, method, params }) => ({ jsonrpc, method, params }));
  return fc.oneof({ weight: 12, arbitrary: call }, { weight: 4, arbitrary: other }, { weight: 1, arbitrary: answer }, { weight: 1, arbitrary: notification });
}

type Mutation = (typeof mutation extends fc.Arbitrary<infer Value> ? Value : never) & object;

const mutation = fc.record({
  // Most lines stay what they are: a call that is refused at its first byte tests nothing behind it.
  kind: fc.oneof({ weight: 7, arbitrary: fc.constant("none" as const) }, { weight: 3, arbitrary: fc.constantFrom("flip", "cut", "insert", "double", "drop") }),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 24 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});

const lineFeed = 0x0a;

function mutate(line: Buffer, { kind, at, length, bytes }: Mutation): Buffer {
  const place = Math.floor(at * line.length);
  const before = line.subarray(0, place);
  const after = line.subarray(place);
  const mutated = {
    none: () => line,
    flip: () => Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (bytes[0] ?? 1)]), after.subarray(1)]),
    cut: () => before,
    insert: () => Buffer.concat([before, bytes, after]),
    double: () => Buffer.concat([before, after.subarray(0, length), after]),
    drop: () => Buffer.concat([before, after.subarray(length)]),
  }[kind]();
  return Buffer.from(mutated.map((byte) => (byte === lineFeed ? 0x20 : byte)));
}
