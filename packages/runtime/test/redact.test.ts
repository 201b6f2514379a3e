import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/redact.ts";
import { quoting, surroundingsOf } from "../src/redact-surroundings.ts";
import { mixed } from "./redact-material.ts";

const redact = createRedactor("secrets");

interface Case {
  readonly name: string;
  /** `secret` and nothing else has to go. */
  readonly secret: string;
  readonly text: (secret: string) => string;
  readonly kind: string;
}

const whole = (secret: string): string => secret;
const within = (secret: string): string => `a line before\nvalue ${secret} and more\na line after\n`;
const pem = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const body = [mixed(64), mixed(64), mixed(64), `${mixed(20)}==`].join("\n");

const tokens: readonly Case[] = [
  { name: "a classic GitHub token", kind: "github-token", secret: `ghp_${mixed(36)}`, text: within },
  { name: "a fine-grained GitHub token", kind: "github-token", secret: `github_pat_${mixed(22)}_${mixed(59)}`, text: within },
  { name: "a GitHub installation token of 2026", kind: "github-token", secret: `ghs_12345_${mixed(40)}.${mixed(200)}.${mixed(86)}`, text: within },
  { name: "a GitLab token", kind: "gitlab-token", secret: `glpat-${mixed(20)}`, text: within },
  { name: "a routable GitLab token", kind: "gitlab-token", secret: `glpat-${mixed(27)}.01.${mixed(9)}`, text: within },
  { name: "an Anthropic key", kind: "anthropic-key", secret: `sk-ant-api03-${mixed(93)}AA`, text: within },
  { name: "an Anthropic admin key", kind: "anthropic-key", secret: `sk-ant-admin01-${mixed(93)}AA`, text: within },
  { name: "an OpenAI project key", kind: "openai-key", secret: `sk-proj-${mixed(74)}T3BlbkFJ${mixed(74)}`, text: within },
  { name: "an OpenAI project key of another length", kind: "openai-key", secret: `sk-proj-${mixed(48)}`, text: within },
  { name: "an old OpenAI key", kind: "openai-key", secret: `sk-${mixed(20)}T3BlbkFJ${mixed(20)}`, text: within },
  { name: "a Stripe key", kind: "stripe-key", secret: `sk_live_${mixed(24)}`, text: within },
  { name: "a restricted Stripe key", kind: "stripe-key", secret: `rk_live_51${mixed(90)}`, text: within },
  { name: "a Slack token", kind: "slack-token", secret: `xoxb-123456789012-123456789012-${mixed(24)}`, text: within },
  { name: "a Google API key", kind: "google-api-key", secret: `AIza${mixed(35)}`, text: within },
  { name: "an AWS access key id", kind: "aws-access-key-id", secret: "AKIAQ3EGRIKD7PX5ZLWN", text: within },
  { name: "an AWS session key id after an escaped line feed", kind: "aws-access-key-id", secret: "ASIAQ3EGRIKD7PX5ZLWN", text: (secret) => `"a\\n${secret}"` },
  { name: "the AWS access key id of its documentation", kind: "aws-access-key-id", secret: "AKIAIOSFODNN7EXAMPLE", text: within },
  { name: "an AWS access key id that only fills a place", kind: "aws-access-key-id", secret: `ASIA${"X".repeat(16)}`, text: within },
  { name: "an npm token", kind: "npm-token", secret: `npm_${mixed(36)}`, text: within },
  { name: "a SendGrid key", kind: "sendgrid-key", secret: `SG.${mixed(22)}.${mixed(43)}`, text: within },
  { name: "a Hugging Face token", kind: "huggingface-token", secret: `hf_${mixed(80).replaceAll(/[0-9]/g, "").slice(0, 34)}`, text: within },
  { name: "a Databricks token", kind: "databricks-token", secret: "dapi0123456789abcdef0123456789abcdef", text: within },
  { name: "a Vault token", kind: "vault-token", secret: `hvs.${mixed(95)}`, text: within },
  { name: "a Tailscale key", kind: "tailscale-key", secret: `tskey-auth-${mixed(12)}-${mixed(32)}`, text: within },
  { name: "a JWT", kind: "jwt", secret: `eyJ${mixed(30)}.eyJ${mixed(60)}.${mixed(43)}`, text: within },
  { name: "a JWT without a signature", kind: "jwt", secret: `eyJ${mixed(30)}.eyJ${mixed(60)}.`, text: (secret) => `"${secret}"` },
  { name: "an age key", kind: "age-key", secret: `AGE-SECRET-KEY-1${mixed(90).toUpperCase().slice(0, 58)}`, text: within },
];

const values: readonly Case[] = [
  {
    name: "an Azure storage key, not the name",
    kind: "azure-key",
    secret: `${mixed(86)}==`,
    text: (secret) => `AccountName=x;AccountKey=${secret};EndpointSuffix=y`,
  },
  {
    name: "a Slack webhook's path",
    kind: "slack-webhook",
    secret: `T0AB12CD3/B4EF56GH7/${mixed(24)}`,
    text: (secret) => `curl https://hooks.slack.com/services/${secret} -d x`,
  },
  {
    name: "a database password, not the host",
    kind: "url-password",
    secret: "kW9-xq.Zp2",
    text: (secret) => `postgres://app:${secret}@db.internal:5432/orders`,
  },
  { name: "a password with a colon in it", kind: "url-password", secret: "a:b:c1", text: (secret) => `redis://default:${secret}@cache:6379` },
  { name: "basic authentication in a URL", kind: "url-password", secret: "s3cretPart", text: (secret) => `see https://bob:${secret}@host.example.net/x?y=1` },
  {
    name: "a token as the user of a Git remote",
    kind: "url-token",
    secret: mixed(40),
    text: (secret) => `url = https://${secret}:x-oauth-basic@github.com/a/b.git`,
  },
  {
    name: "a signed URL's signature",
    kind: "signed-url",
    secret: `${mixed(40)}%3D`,
    text: (secret) => `https://x.blob.core.windows.net/c?se=2027&sig=${secret}&sp=r`,
  },
  { name: "a bearer header", kind: "authorization-header", secret: mixed(40), text: (secret) => `curl -H 'Authorization: Bearer ${secret}' https://x` },
  { name: "a basic header in JSON", kind: "authorization-header", secret: `${mixed(22)}==`, text: (secret) => `{"authorization": "Basic ${secret}"}` },
  { name: "an environment file's password", kind: "assigned-secret", secret: "hunter2Hunter9", text: (secret) => `DB_PASSWORD=${secret}\nDB_HOST=localhost` },
  { name: "a YAML password", kind: "assigned-secret", secret: "Tr0ub4dor&3", text: (secret) => `  password: "${secret}"\n` },
  { name: "a password of two words", kind: "assigned-secret", secret: "hunter2 secret", text: (secret) => `PASSWORD: "${secret}"\n` },
  { name: "a JSON client secret", kind: "assigned-secret", secret: mixed(32), text: (secret) => `{"clientSecret":"${secret}"}` },
  { name: "an escaped JSON secret inside JSON", kind: "assigned-secret", secret: mixed(32), text: (secret) => `"{\\"api_key\\":\\"${secret}\\"}"` },
  { name: "an API key in TOML", kind: "assigned-secret", secret: "8f14e45fceea167a5a36dedd4bea2543", text: (secret) => `api_key = '${secret}'` },
  { name: "a registry token in .npmrc", kind: "npm-token", secret: mixed(36), text: (secret) => `//registry.example/:_authToken=${secret}\n` },
  {
    name: "an AWS secret key, not its name",
    kind: "aws-secret-key",
    secret: mixed(40),
    text: (secret) => `[default]\naws_secret_access_key = ${secret}\nregion = eu`,
  },
];

const keys: readonly Case[] = [
  ...["RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", ""].map((label) => ({
    name: `a ${label}private key`,
    kind: "private-key",
    secret: pem(`${label}PRIVATE KEY`, body),
    text: within,
  })),
  { name: "a short Ed25519 key", kind: "private-key", secret: pem("PRIVATE KEY", mixed(64)), text: within },
  {
    name: "an encrypted key with headers",
    kind: "private-key",
    secret: pem("RSA PRIVATE KEY", `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n${body}`),
    text: within,
  },
  { name: "a PGP key", kind: "private-key", secret: pem("PGP PRIVATE KEY BLOCK", `Version: X v1\n\n${body}\n=aB1c`), text: within },
  {
    name: "an SSH2 key",
    kind: "private-key",
    secret: `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${body}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
    text: within,
  },
  {
    name: "a service account's key with escaped line feeds",
    kind: "private-key",
    secret: pem("PRIVATE KEY", body).replaceAll("\n", "\\n"),
    text: (secret) => `{"private_key":"${secret}\\n","client_email":"a@b"}`,
  },
  {
    name: "an indented key",
    kind: "private-key",
    secret: pem("PRIVATE KEY", body).replaceAll("\n", "\n    "),
    text: (secret) => `key: |\n    ${secret}\nnext: 1`,
  },
  ...[36, 48].map((letters) => ({
    name: `a PuTTY key of ${letters} letters`,
    kind: "private-key",
    secret: `Private-Lines: 1\n${mixed(letters)}`,
    text: (secret: string) => `PuTTY-User-Key-File-3: ssh-dss\nEncryption: none\n${secret}\nPrivate-MAC: 0a1b\n`,
  })),
  { name: "a key on one line", kind: "private-key", secret: pem("PRIVATE KEY", body).replaceAll("\n", " "), text: within },
  { name: "a key with Windows line ends", kind: "private-key", secret: pem("PRIVATE KEY", body).replaceAll("\n", "\r\n"), text: whole },
];

describe("takes out", () => {
  it.each([...tokens, ...values, ...keys])("$name (F2)", async ({ kind, secret, text }) => {
    const given = text(secret);
    const { text: answer, found } = await redact(given);
    expect(answer).toBe(given.replace(secret, `[redacted:${kind}]`));
    expect(found).toEqual([{ kind, count: 1 }]);
  });

  it("counts every kind by itself", async () => {
    const { text, found } = await redact(`ghp_${mixed(36)} ghp_${mixed(36)} AKIAQ3EGRIKD7PX5ZLWN`);
    expect(text).toBe("[redacted:github-token] [redacted:github-token] [redacted:aws-access-key-id]");
    expect(found).toEqual([
      { kind: "github-token", count: 2 },
      { kind: "aws-access-key-id", count: 1 },
    ]);
  });

  it("secrets in a text that tries to switch it off by a comment (F2)", async () => {
    const token = `gsk_${mixed(52)}`;
    const given = `// secretlint-disable\n/* secretlint-disable-next-line */\n${token} // secretlint-disable-line\n`;
    expect((await redact(given)).text).toBe(given.replace(token, "[redacted:groq-key]"));
  });

  it("nothing where the card says so", async () => {
    const given = `ghp_${mixed(36)}`;
    expect(await createRedactor("none")(given)).toEqual({ text: given, found: [] });
  });
});

const innocent: readonly (readonly [name: string, text: string])[] = [
  ["integrity hashes of lockfiles", `"integrity": "sha512-${mixed(86)}==",\n"resolved": "https://registry.example/@scope/pkg/-/pkg-1.0.0.tgz",`],
  ["go.sum", `golang.org/x/text v0.3.0 h1:${mixed(43)}=\n`],
  ["Git object names", "commit 9f3845b0a1b2c3d4e5f60718293a4b5c6d7e8f90\ntree 0123456789abcdef0123456789abcdef01234567\n"],
  ["checksums", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  file.txt\n"],
  ["UUIDs, also as a secret's name", "id: 550e8400-e29b-41d4-a716-446655440000\nsecret: 550e8400-e29b-41d4-a716-446655440000\n"],
  ["images in HTML", `<img src="data:image/png;base64,iVBORw0KGgo${mixed(4_000)}">`],
  ["public keys and certificates", `${pem("CERTIFICATE", body)}\n${pem("PUBLIC KEY", body)}\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${mixed(43)} me@host\n`],
  [
    "code that handles private keys",
    'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) {\n  return parseSomethingFromTheRestOfTheText(text.slice(27));\n}\nconst end = "-----END PRIVATE KEY-----";\n',
  ],
  [
    "messages about passwords",
    '{"password":"Use at least 8 characters, 1 digit","secret":"Between 12 and 64 letters","token":"Your SHA256 digest in hex letters"}',
  ],
  ["placeholders of keys", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"],
  ["references to secrets", 'password: ${DB_PASSWORD}\npassword = process.env.PASSWORD1\ntoken: "{{ vault.token1234567890 }}"\nsecret: <your-secret-here-1>\n'],
  [
    "types and code",
    "interface A { password: string; token?: Token1; secret: Buffer }\nconst token = await getToken12345678901();\nif (password === other.password2) {}\n",
  ],
  ["templates of URLs", "https://user:password@host/ postgres://user:${PASSWORD}@db/x https://$USER:$TOKEN@github.com/ mysql://root:<password>@db/"],
  [
    "mail addresses, scopes, decorators",
    'see mailto:someone@example.com, "@types/node", @Injectable(), git@github.com:a/b.git, https://medium.com/@author/post',
  ],
  ["the secret key of the AWS documentation", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"],
  ["what is too long or too short for an AWS key id", "AKIAIOSFODNN7EXAMPLES AKIAIOSFODNN7EXAMPL"],
  ["fillers", `AIza${"x".repeat(35)} sk-ant-api03-${"x".repeat(95)}`],
  ["words that hold a prefix", "SHAKIAQWERTYUIOPASDFGH mesG.x npm_config_registry hf_hub xoxb- glpat- sk-ant- eyJ .eyJ"],
];

describe("leaves alone", () => {
  it.each(innocent)("%s", async (_name, text) => {
    expect(await redact(text)).toEqual({ text, found: [] });
  });
});

describe("a key that a page shows only in part (F2)", () => {
  const key = pem("RSA PRIVATE KEY", Array.from({ length: 30 }, () => mixed(64)).join("\n"));
  const lines = `first line\n${key}\nlast line\n`.split("\n");

  it("leaves no line of it on any page, wherever the pages are cut", async () => {
    const letters = key.split("\n").slice(1, -1);
    for (let from = 0; from < lines.length; from += 1) {
      for (const length of [1, 2, 7, 40]) {
        const page = lines.slice(from, from + length).join("\n");
        const surroundings = { before: `${lines.slice(0, from).join("\n")}\n`, after: `\n${lines.slice(from + length).join("\n")}` };
        const { text } = await redact(page, surroundings);
        expect(letters.filter((line) => text.includes(line))).toEqual([]);
        expect(text.includes("first line")).toBe(page.includes("first line"));
        expect(text.includes("last line")).toBe(page.includes("last line"));
      }
    }
  });

  it("masks from its opening to the end of a text that breaks off", async () => {
    const { text } = await redact(`before\n${key.slice(0, 700)}`);
    expect(text).toBe("before\n[redacted:private-key]");
  });

  it("masks back from an end without an opening", async () => {
    const { text } = await redact(`${key.slice(700)}\nafter`);
    expect(text).toBe("[redacted:private-key]\nafter");
  });

  it("never shows anything of the surroundings", async () => {
    const { text } = await redact("middle", { before: `left ghp_${mixed(36)} `, after: ` right ghp_${mixed(36)}` });
    expect(text).toBe("middle");
  });

  it("masks a token that the page cuts through", async () => {
    const token = `ghp_${mixed(36)}`;
    const { text } = await redact(token.slice(0, 20), { before: "x ", after: token.slice(20) });
    expect(text).toBe("[redacted:github-token]");
  });

  it("masks lone lines of base64 among search hits, and no others", async () => {
    const line = mixed(64);
    const hash = "0123456789abcdef".repeat(4);
    const given = `/a/key\n12:${line}\n13-${line}\n/a/other\n1:const a = "${line}";\n2:${hash}\n`;
    const { text, found } = await redact(given, { linePrefix: /^\d+[:-]/ });
    expect(text).toBe(given.replace(`12:${line}`, "12:[redacted:base64-line]").replace(`13-${line}`, "13-[redacted:base64-line]"));
    expect(found).toEqual([{ kind: "base64-line", count: 2 }]);
  });

  it("reads a quoted part with what it was cut from, and not with the note behind it (F2)", async () => {
    const token = `ghp_${mixed(36)}`;
    const block = quoting([
      "name:\n",
      { text: `a ${token.slice(0, 33)}`, after: `${token.slice(33)} b` },
      "\n\n[A note]",
      { text: `${token.slice(20)} c`, before: token.slice(0, 20) },
      "…",
    ]);
    const { text, found } = await redact(block.text, surroundingsOf(block));
    expect(text).toBe("name:\na [redacted:github-token]\n\n[A note][redacted:github-token] c…");
    expect(found).toEqual([{ kind: "github-token", count: 2 }]);
    // Without the surroundings neither part is known for what it is.
    expect((await redact(block.text)).text).toBe(block.text);
  });

  it("masks a long run of base64 in a part of a line, and no shorter one (F2)", async () => {
    const part = `x ${mixed(30)}`;
    const rest = { before: "", after: `${mixed(33)}\\n${mixed(64)}`, partOfLine: true } as const;
    expect((await redact(part, rest)).text).toBe("x [redacted:base64-run]");
    const short = { ...rest, after: `${mixed(33)} ${mixed(33)}` };
    expect((await redact(part, short)).text).toBe(part);
    expect((await redact(part, { after: rest.after })).text).toBe(part);
  });
});
