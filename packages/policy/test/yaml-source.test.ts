import { expect, test } from "vitest";
import { PolicyError } from "../src/policy-error.ts";
import { parsePolicy } from "../src/policy-file.ts";
import { readYaml } from "../src/yaml-source.ts";

const strict: [promise: string, source: string, message: string][] = [
  ["a key that stands twice", "version: 1\nversion: 1", "p.yaml:2:1 version: the key stands here for the second time"],
  ["a key that stands twice in two spellings", 'version: 1\n"version": 1', "p.yaml:2:1 version: the key stands here for the second time"],
  ["an alias", "version: 1\nroutes: *a", "p.yaml:2:9 routes: aliases (*name) are not allowed; write the value out"],
  ["an alias as a key", "*a : 1", "p.yaml:1:1 With stringKeys, all keys must be strings"],
  ["an anchor", "version: &a 1", "p.yaml:1:13 version: anchors (&name) are not allowed"],
  ["an anchor on a key", "&a version: 1", "p.yaml:1:4 version: anchors (&name) are not allowed"],
  ["a bomb of aliases", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "p.yaml:1:7 a: anchors (&name) are not allowed"],
  ["a tag that is known", "version: !!int 1", "p.yaml:1:16 version: tags (!name) are not allowed"],
  ["a tag that is unknown", "version: !!js/function 1", "p.yaml:1:10 Unresolved tag: tag:yaml.org,2002:js/function"],
  ["a tag without a name", "version: ! 1", "p.yaml:1:12 version: tags (!name) are not allowed"],
  ["a tag on a list", "routes: !!seq []", "p.yaml:1:15 routes: tags (!name) are not allowed"],
  ["a tag on a key", "!!str version: 1", "p.yaml:1:7 version: tags (!name) are not allowed"],
  ["a directive", "%YAML 1.1\n---\nversion: 1", "p.yaml:1:1 directives (%YAML, %TAG) are not allowed"],
  ["a second document", "version: 1\n---\nversion: 1", "p.yaml:2:1 only one document is allowed"],
  ["a document after the end of the document", "version: 1\n...\nversion: 1", "p.yaml:3:1 only one document is allowed"],
  ["a list as a key", "? [a]\n: b", "p.yaml:1:3 With stringKeys, all keys must be strings"],
  ["an integer that a double cannot hold", "id: 12345678901234567890", "p.yaml:1:5 id: the number cannot be held exactly; write it in quotes if it is a name"],
  ["infinity", "id: .inf", "p.yaml:1:5 id: the number cannot be held exactly; write it in quotes if it is a name"],
  ["a list that is not closed", "routes: [", "p.yaml:1:10 Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ["a tab for indentation", "a:\n\tb: 1", "p.yaml:2:1 Tabs are not allowed as indentation"],
  ["the key __proto__", "a: 1\n__proto__: { b: 1 }", "p.yaml:2:1 __proto__: this key is not allowed"],
  ["the key __proto__ in disguise", 'a: { "__pro\\u0074o__": { b: 1 } }', "p.yaml:1:6 a.__proto__: this key is not allowed"],
];

test.for(strict)("refuses %s (S4)", ([, source, message]) => {
  const read = (): unknown => readYaml(source, "p.yaml");
  expect(read).toThrow(PolicyError);
  expect(read).toThrow(expect.objectContaining({ message: expect.stringContaining(message) as string }));
  expect(Object.hasOwn(Object.prototype, "b")).toBe(false);
});

test("reads YAML 1.2 and no dialect of it", () => {
  const { value } = readYaml("a: yes\nb: 012\nc: 0o17\nd: 1.5\ne: ~/notes\nf: '012'\n<<: plain\ng: 600/minute\nh: on\n", "p.yaml");
  expect(value).toEqual({ a: "yes", b: 12, c: 15, d: 1.5, e: "~/notes", f: "012", "<<": "plain", g: "600/minute", h: "on" });
});

test.for([
  ["a byte order mark", "\uFEFFversion: 1\nrouts: []", 'p.yaml:2:1 routs: unknown key; did you mean "routes"?'],
  ["line ends of Windows", "version: 1\r\n\r\nrouts: []", 'p.yaml:3:1 routs: unknown key; did you mean "routes"?'],
  ["letters beyond the basic plane", "version: 1\n{ \u{1F600}: 1 }", "p.yaml:2:1"],
  ["no newline at the end", "version: 2", "p.yaml:1:10 version: has to be 1"],
] as const)("counts lines and columns right with %s", ([, source, message]) => {
  expect(() => parsePolicy(source, "p.yaml", [])).toThrow(message);
});

test("an escape sequence in a file does not reach the operator's terminal", () => {
  const read = (): unknown => parsePolicy('version: 1\n"\\e[2J\\u202e": 1', "p.yaml", []);
  expect(read).toThrow("p.yaml:2:1 \\u{1b}[2J\\u{202e}: unknown key");
});

const megabytes = 4 * 1024 * 1024;
const hostile: [promise: string, source: string, message: string][] = [
  ["one byte more than the limit", `#${"x".repeat(megabytes)}`, "larger than 4194304 bytes"],
  ["fewer characters and yet more bytes than the limit", `#${"\u00e9".repeat(megabytes / 2)}`, "larger than 4194304 bytes"],
  ["two million open lists", "[ ".repeat(megabytes / 2), "nested too deeply"],
  ["two million list items in one another", "- ".repeat(megabytes / 2), "nested too deeply"],
  ["a million open maps", "{a: ".repeat(megabytes / 4), "nested too deeply"],
  ["two million keys in one another", "? ".repeat(megabytes / 2), "nested too deeply"],
  ["thousands of levels of indentation", Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"), "nested too deeply"],
];

test.for(hostile)("refuses %s before anything is built of it", ([, source, message]) => {
  expect(() => readYaml(source, "p.yaml")).toThrow(message);
});

test("checks a map of twenty thousand keys for repetition in one pass", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`);
  expect(() => readYaml(`${keys.join("")}k7: 1`, "p.yaml")).toThrow("p.yaml:20001:1 k7: the key stands here for the second time");
});

test("random damage to a policy ends in a policy or in a PolicyError, and in nothing else", () => {
  const source =
    'version: 1\nprincipals:\n  - { id: me, stdio: true }\nroutes:\n  - id: a\n    server: x\n    principals: [me]\n    tools: "*"\n    targets: { roots: [ { path: ~/n } ] }\n';
  const pieces = [
    "[",
    "]",
    "{",
    "}",
    ":",
    "- ",
    "\n",
    "  ",
    "*a",
    "&a ",
    "!!x ",
    "|",
    ">",
    "'",
    '"',
    "#",
    "%",
    "---\n",
    "\t",
    "\0",
    "__proto__",
    "~",
    "? ",
    "\uD800",
    "0x",
    "1e999",
  ];
  let seed = 20_260_101;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const ends = { policy: 0, refused: 0 };
  for (let round = 0; round < 1000; round++) {
    let damaged = source;
    for (let hits = random(4); hits >= 0; hits--) {
      const at = random(damaged.length);
      damaged = damaged.slice(0, at) + (pieces[random(pieces.length)] ?? "") + damaged.slice(at + random(3));
    }
    try {
      parsePolicy(damaged, "p.yaml", []);
      ends.policy++;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`round ${round}: ${JSON.stringify(damaged)}`, { cause: error });
      if (error.problems.length > 0 && error.problems.every(({ line, column }) => line > 0 && column > 0)) ends.refused++;
    }
  }
  // Every refusal says where; and the damage is small enough that some of it is none.
  expect(ends.policy + ends.refused).toBe(1000);
  expect(ends.policy).toBeGreaterThan(10);
});
