import { array, assert, constantFrom, oneof, pre, property, tuple } from "fast-check";
import robotsParser from "robots-parser";
import { expect, test } from "vitest";
import { askRobots, readRobots } from "../../servers/fetch-read/src/robots-rules.ts";

// Its types name a default export, which a CommonJS module has none of.
const readByOther = robotsParser as unknown as (url: string, text: string) => { isAllowed(url: string, agent: string): boolean | undefined };

const piece = constantFrom("a", "b", "/", "*", "%41", "%2f", "?", "=", ".", "\u00e9", "$");
const path = array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`);
const line = oneof(
  { weight: 2, arbitrary: constantFrom("User-agent: *", "user-agent: postern-fetch-read", "User-agent: other/1") },
  { weight: 5, arbitrary: tuple(constantFrom("Allow", "disallow"), path).map(([name, value]) => `${name}: ${value}`) },
  { weight: 1, arbitrary: constantFrom("", "# a comment", "Disallow:", "nonsense") },
);

/** Where the other parser departs from RFC 9309 §2.2.2, or the RFC leaves it open. */
const open = /%41|\$.|\u00e9|\*\*/;

const seed = 20261125;

test(`says what robots-parser says of files that mean one thing (seed ${seed})`, () => {
  assert(
    property(array(line, { maxLength: 14 }), path, (lines, asked) => {
      const robots = [...lines, "Allow: /never"].join("\n");
      pre(!open.test(robots) && !/[*$]|%41/.test(asked));
      const url = new URL(`https://site.example${asked}`);
      pre(url.pathname !== "/robots.txt");
      expect(askRobots(readRobots(robots), url).allow, `${robots}\n-- ${url.href}`).toBe(
        readByOther("https://site.example/robots.txt", robots).isAllowed(url.href, "postern-fetch-read"),
      );
    }),
    { seed, numRuns: 20_000 },
  );
});
