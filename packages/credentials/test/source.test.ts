import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { readSource, type Source } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "postern-credentials-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const posix = process.platform !== "win32";
const token = "canary-2b81c0";

function file(name: string, content: string, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("a credential's source", () => {
  it("is taken from the environment and leaves it", () => {
    const environment: NodeJS.ProcessEnv = { TOKEN: token, OTHER: "stays" };
    const found = readSource({ env: "TOKEN" }, environment);
    expect(found.found && found.secret.reveal()).toBe(token);
    expect(environment).toEqual({ OTHER: "stays" });
  });

  it("is read from a file of its owner, without the line's end", () => {
    const found = readSource({ file: file("good", `${token}\n`) }, {});
    expect(found.found && found.secret.reveal()).toBe(token);
  });

  const refused: readonly (readonly [string, () => Source, RegExp])[] = [
    ["a variable that is not set", () => ({ env: "ABSENT" }), /is not set/],
    ["an empty variable", () => ({ env: "EMPTY" }), /is not set/],
    ["a variable with a line feed", () => ({ env: "SPLIT" }), /no credential has/],
    ["a missing file", () => ({ file: join(directory, "absent") }), /ENOENT/],
    ["an empty file", () => ({ file: file("empty", "\n") }), /is empty/],
    ["a variable of five characters", () => ({ env: "SHORT" }), /shorter than 6/],
    ["a variable that ends with a space", () => ({ env: "SPACED" }), /ends with a space/],
    ["a variable that reads as less", () => ({ env: "ESCAPED" }), /shorter than 6/],
    ["a directory", () => ({ file: directory }), /not a regular file/],
    ["a file with a carriage return inside", () => ({ file: file("split", `${token}\r\nx: y\n`) }), /no credential has/],
    [
      "a file that is too large",
      () => {
        const path = file("large", "x");
        truncateSync(path, 64 * 1024 + 1);
        return { file: path };
      },
      /larger than/,
    ],
  ];
  it.each(refused)("denies %s and says why without a value (S4)", (_name, source, reason) => {
    const found = readSource(source(), { EMPTY: "", SPLIT: `${token}\nx: y`, SHORT: "12345", SPACED: `${token} `, ESCAPED: "%41%41%41" });
    expect(found).toEqual({ found: false, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(found)).not.toContain(token);
  });

  const exposed: readonly (readonly [string, () => string, RegExp])[] = [
    ["readable by the group", () => file("group", token, 0o640), /open to others/],
    ["readable by everybody", () => file("world", token, 0o604), /open to others/],
    [
      "behind a symbolic link",
      () => {
        symlinkSync(file("target", token), join(directory, "link"));
        return join(directory, "link");
      },
      /ELOOP/,
    ],
    [
      "a FIFO, without waiting for a writer",
      () => {
        execFileSync("mkfifo", ["-m", "600", join(directory, "fifo")]);
        return join(directory, "fifo");
      },
      /not a regular file/,
    ],
  ];
  it.runIf(posix).each(exposed)("denies a file that is %s (S4)", (_name, path, reason) => {
    expect(readSource({ file: path() }, {})).toEqual({ found: false, reason: expect.stringMatching(reason) });
  });
});
