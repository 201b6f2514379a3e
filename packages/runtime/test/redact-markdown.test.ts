import { describe, expect, test } from "vitest";
import { clean } from "../src/clean.ts";
import { createRedactor } from "../src/redact.ts";
import { mixed } from "./redact-material.ts";

const redact = createRedactor("secrets");
const begin = "-----BEGIN RSA PRIVATE KEY-----";
const end = "-----END RSA PRIVATE KEY-----";
const body = mixed(64);
const mask = "\\[redacted:private-key]";

async function cleaned(text: string): Promise<string> {
  const { result } = await clean({ content: [{ type: "text", text, markdown: true }] }, redact);
  const [part] = result.content;
  return part?.type === "text" ? part.text : expect.unreachable("no text");
}

describe("a mask in Markdown leaves code and lines as they begin and end, and nothing of the key (U4, F2)", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["a key in one block of code", `\`\`\`\n${begin}\n${body}\n\n${body}\n${end}\na\n\`\`\``, `\`\`\`\n${mask}\na\n\`\`\``],
    ["in one of a list", `- \`\`\`\n  ${body}\n  ${end}\n  ![a](b)\n  \`\`\``, `- \`\`\`\n  ${mask}\n  ![a](b)\n  \`\`\``],
    ["in one of a quotation", `> \`\`\`\n> ${body}\n> ${end}\n> a\n> \`\`\``, `> \`\`\`\n> ${mask}\n> a\n> \`\`\``],
    ["out of a span of code", `a \`${begin} ${body}\` b ${end} \`c\``, `a \`${mask}\` ${mask} \`c\``],
    ["over spans", `\`${begin}\` \`${body}\` ${end} \`c\``, `\`${mask}\` \`${mask}\` ${mask} \`c\``],
    ["over spans without an end", `\`${begin}\` \`${body}\` \`${body}\` c`, `\`${begin}\` \`${mask}\` \`${mask}\` c`],
    ["out of a block of code", `\`\`\`\n${body}\n\`\`\`\n\n${end}\n\n\`\`\`\na\n\`\`\``, `\`\`\`\n${mask}\n\`\`\`\n\n${mask}\n\n\`\`\`\na\n\`\`\``],
    ["into one", `${begin} ${body}\n\n    \`\`\`\n    ${body}\n\n    ${end}\n    \`\`\``, `${mask}\n\n    \`\`\`\n    ${mask}\n    \`\`\``],
    ["over a backtick that is none", `${begin} ${body} \\\` ${body} ${end}`, `${mask} \\\` ${mask}`],
    ["before a space", `http://a.test/${begin} ${body} ${end}\`c\``, `http://a.test/ ${mask}\`c\``],
  ];
  test.each(rows)("%s", async (_name, given, shown) => {
    expect(await cleaned(given)).toBe(shown);
  });

  test.each([
    ["backslashes", () => "\\".repeat(400_000)],
    ["backticks", () => "\\` ".repeat(150_000)],
    ["blank lines", () => "\n".repeat(400_000)],
    ["lines of code", () => "`a`\n".repeat(100_000)],
  ])("in time, also over 400,000 characters of %s", async (_name, make) => {
    const text = `${begin} ${body}${make()}${end} a`;
    const began = process.cpuUsage();
    const shown = await cleaned(text);
    const { user } = process.cpuUsage(began);
    expect(user).toBeLessThan(2_000_000);
    expect(shown).not.toContain(body);
  });
});
