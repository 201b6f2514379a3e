import { hash, randomBytes } from "node:crypto";
import type { Command } from "./command.ts";
import { flagOf, readOptions } from "./options.ts";
import { UsageError } from "./usage-error.ts";

const help = `Usage: postern keygen [--json]

Makes an API key for a caller over HTTP: 256 random bits. The key is for the caller and is kept nowhere; its SHA-256 is for
the policy, and the key cannot be found from it:

  principals:
    - { id: research, apiKey: { sha256: <the digest> } }

  --json   print { "key", "sha256" } on one line
`;

export const keygenCommand: Command = {
  help,
  run(argv) {
    const { values, positionals } = readOptions(argv, { json: { type: "boolean" } });
    if (positionals.length > 0) throw new UsageError("keygen takes no arguments; the policy says whose key it is");
    const key = `postern_${randomBytes(32).toString("base64url")}`;
    const sha256 = hash("sha256", key);
    process.stdout.write(flagOf(values, "json") ? `${JSON.stringify({ key, sha256 })}\n` : `key     ${key}\nsha256  ${sha256}\n`);
    return Promise.resolve(0);
  },
};
