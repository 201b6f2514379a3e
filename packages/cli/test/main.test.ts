import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { postern } from "./postern.ts";

describe("the postern command line", () => {
  it.each([[["--help"]], [["help"]], [["-h"]]])("answers %j with what it can do", async (argv) => {
    const { code, out, err } = await postern(argv);
    expect({ code, err }).toStrictEqual({ code: 0, err: "" });
    for (const command of ["log", "explain", "check"]) expect(out).toContain(`  ${command} `);
  });

  it.each(["log", "explain", "check"])("answers %s --help with examples, whatever else is asked", async (command) => {
    const { code, out } = await postern([command, "--nonsense", "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^postern ${command}: .*\n[^]*Usage: postern ${command}[^]*Examples:`));
    expect((await postern(["help", command])).out).toBe(out);
  });

  it("asks for a command when none is given", async () => {
    const { code, out, err } = await postern([]);
    expect({ code, out }).toStrictEqual({ code: 2, out: "" });
    expect(err).toContain("Usage: postern");
  });

  it.each([
    [["lgo"], "did you mean log?"],
    [["frobnicate"], "the commands are log, explain, check"],
    [["\u001b[2Jlog"], "\\u{1b}[2Jlog"],
    [["log", "--principle", "me"], "did you mean --principal?"],
    [["log", "--principal"], "--principal"],
    [["log", "extra"], '"extra"'],
    [["log", "--code", "path.outside_rot"], "did you mean path.outside_root?"],
    [["log", "--decision", "denied"], "--decision"],
    [["log", "--limit", "0"], "--limit"],
    [["log", "--since", "yesterday"], "RFC 3339"],
    [["check"], "--policy FILE"],
    [["explain", "filesystem-read"], "one JSON object"],
    [["explain", "filesystem-read", "read_text_file", "{"], "no JSON"],
    [["explain", "filesystem-read", "read_text_file", "[]"], "one JSON object"],
    [["explain", "nobody-wrote-this", "x", "{}"], "no server nobody-wrote-this is installed"],
    [["explain", "../../evil", "x", "{}"], "is installed"],
  ])("ends %j with exit code 2, one line on stderr, nothing on stdout", async (argv, said) => {
    const { code, out, err } = await postern(argv);
    expect({ code, out }).toStrictEqual({ code: 2, out: "" });
    expect(err).toContain(said);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).not.toContain("    at ");
  });

  it("runs as the installed binary and tells its package's version", async () => {
    const bin = fileURLToPath(new URL("../bin/postern.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [bin, "--version"]);
    const { version } = JSON.parse(await readFile(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")) as { readonly version: string };
    expect(stdout).toBe(`${version}\n`);
  });
});
