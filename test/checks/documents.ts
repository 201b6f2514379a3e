import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository, type Finding } from "./source.ts";

export interface Document {
  readonly path: string;
  readonly text: string;
}

export function readDocuments(): readonly Document[] {
  const paths = globSync(["*.md", "{packages,servers}/*/*.md", ".ci/*", "*.{json,yaml}", ".*.json", "servers/*/*.yaml"], { cwd: repository });
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(repository, path), "utf8") }));
}

const begin = "<!-- codes:begin -->";
const end = "<!-- codes:end -->";

/** The table of codes in the documentation is the one that the code generates. */
export function codesDocumented(documents: readonly Document[], table: string): readonly Finding[] {
  const page = documents.find((document) => document.path === "SECURITY.md");
  const given = page?.text.split(begin)[1]?.split(end)[0];
  if (given === undefined) return [{ path: "SECURITY.md", line: 1, message: `has no table of codes between ${begin} and ${end}` }];
  if (given.trim() === table.trim()) return [];
  const wanted = new Set(table.trim().split("\n"));
  const stray =
    given
      .trim()
      .split("\n")
      .find((line) => !wanted.has(line)) ?? "a row is missing or out of order";
  return [{ path: "SECURITY.md", line: lineOf(page?.text ?? "", begin), message: `the table of codes is not the generated one: ${stray}` }];
}

/** A link to a file of this repository leads somewhere. */
export function linksLead(documents: readonly Document[], exists: (path: string) => boolean): readonly Finding[] {
  return documents
    .filter((document) => document.path.endsWith(".md"))
    .flatMap((document) =>
      [...document.text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].flatMap((match) => {
        const target = match[1] ?? "";
        if (/^[a-z]+:/.test(target) || exists(join(dirname(document.path), target))) return [];
        return [{ path: document.path, line: lineOf(document.text, match[0]), message: `links to ${target}, which does not exist` }];
      }),
    );
}

const foreign: readonly (readonly [RegExp, string])[] = [
  // `me` and `you` are nobody: the way to write an example.
  [/(^|[\s"'`(=])\/(home|Users|work|root)\/(?!(me|you)\b)[A-Za-z0-9._-]+/, "names a path of somebody's machine"],
  [/^\s*(tarball|registry)\s*[:=]/i, "names a registry"],
];

/** What is published says nothing about the machine that it was written on, and the lockfile nothing about where packages came from. */
export function noForeignPaths(documents: readonly Document[]): readonly Finding[] {
  return documents.flatMap((document) =>
    document.text
      .split("\n")
      .flatMap((line, index) => foreign.flatMap(([pattern, message]) => (pattern.test(line) ? [{ path: document.path, line: index + 1, message }] : []))),
  );
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split("\n").length;
}
