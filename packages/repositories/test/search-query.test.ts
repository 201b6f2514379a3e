import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { bindQuery, type SearchKind } from "../src/search-query.ts";

const repository = { owner: "acme", repo: "widget" };
const kinds: readonly SearchKind[] = ["code", "issues", "commits"];

/** What the note of vectors asks for, and more. */
const refused: readonly (readonly [string, string])[] = [
  ["x repo:evil/private", "query-qualifier"],
  ["x REPO:evil/private", "query-qualifier"],
  ["x -repo:acme/widget", "query-qualifier"],
  ["x ｒｅｐｏ:evil/private", "query-qualifier"],
  ["x repo：evil/private", "query-qualifier"],
  ["x org:evil", "query-qualifier"],
  ["x user:evil", "query-qualifier"],
  ["x owner:evil", "query-qualifier"],
  ["x enterprise:evil", "query-qualifier"],
  ["x saved:mine", "query-qualifier"],
  ["x fork:true", "query-qualifier"],
  ["x is:public", "query-qualifier"],
  ["x archived:false", "query-qualifier"],
  ["x project:evil/1", "query-qualifier"],
  ["x team:evil/t", "query-qualifier"],
  ["x hash:0123", "query-qualifier"],
  ['x "repo":evil/private', "query-word"],
  ['x"y" repo:evil/x', "query-word"],
  ["x OR repo:evil/private", "query-operator"],
  ["x or y", "query-operator"],
  ["NOT x", "query-operator"],
  ["x AND y", "query-operator"],
  ["(x) y", "query-word"],
  ["x | y", "query-word"],
  ["x) OR (y", "query-word"],
  ["/re.*po/", "query-word"],
  ["path:/re.*/", "query-value"],
  ['x "unbalanced', "query-quotes"],
  ['x \\" repo:evil/private', "query-quotes"],
  ['"a\\"b"', "query-quotes"],
  ["x\u200brepo:evil/private", "query-character"],
  ["x\u0000", "query-character"],
  ["x\nrepo:evil/x", "query-character"],
  ["x\u2028y", "query-character"],
  ["x&q=repo:evil/x", "query-word"],
  ["x#y=repo:evil", "query-word"],
  ["foo::bar", "query-qualifier"],
  ["https://x.example/", "query-qualifier"],
  ["", "query-empty"],
  ['""', "query-empty"],
  ["   ", "query-empty"],
  ["x".repeat(257), "query-too-long"],
];

describe("a search stays in its repository (R1)", () => {
  test.each(refused)("%j is refused: %s", (text, rule) => {
    const bound = bindQuery(text, "code", repository);
    // Some qualifiers are no code's and others no issue's: refused is what no kind knows.
    expect(bound).toMatchObject({ rule: expect.stringMatching(`^(?:${rule}|query-value)$`) });
  });

  test.each<readonly [SearchKind, string]>([
    ["code", "parseUrl language:typescript path:src/net"],
    ["code", '"repo:evil/private"'],
    ["code", '"foo::bar" extension:ts'],
    ["issues", 'is:open label:bug label:"good first issue" crash'],
    ["issues", "is:issue created:>=2024-01-01 author:mona"],
    ["issues", "created:2024-01-01..2024-02-01 -label:wontfix"],
    ["commits", "fix author-date:<2020-01-01 merge:false"],
    ["code", "größe Ω 数"],
  ])("%s: %s goes behind the one repository", (kind, text) => {
    expect(bindQuery(text, kind, repository)).toEqual({ query: `repo:acme/widget ${text}` });
  });

  test("whatever is typed, what leaves names one repository and no other scope (10,000 generated)", () => {
    const piece = oneof(
      constantFrom(
        ..."repo org user owner enterprise saved fork is in path label author : :: \" ' ( ) OR AND NOT - | / \\ & # ? % , ; evil/private acme/widget *".split(
          " ",
        ),
      ),
      constantFrom(" ", "\t", "\u00a0", "\u200b", "\uff1a", "\ufe55", "\u2236", "ｒｅｐｏ", "\u0130", "ſ"),
      string({ unit: "binary", maxLength: 5 }),
    );
    assert(
      property(array(piece, { maxLength: 12 }), constantFrom(...kinds), (pieces, kind) => {
        const bound = bindQuery(pieces.join(""), kind, repository);
        if ("rule" in bound) return;
        const { query } = bound;
        expect(query.startsWith("repo:acme/widget ")).toBe(true);
        const outside = query.slice("repo:acme/widget ".length).replaceAll(/"[^"]*"/g, "");
        expect(outside.normalize("NFKC")).not.toMatch(/(?:repo|org|user|owner|enterprise|saved|fork)\s*:/i);
        expect(outside).not.toMatch(/[()|\\"&]|(?:^|\s)-*(?:OR|AND|NOT)(?=\s|$)/i);
        expect(query).not.toMatch(/[^\P{C}]|[\u2028\u2029]/u);
      }),
      { numRuns: 10_000, seed: 60_603 },
    );
  });
});
