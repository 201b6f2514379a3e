/**
 * The secrets that secretlint's recommended rules miss or match too narrowly, as data. Each row names a prefix that
 * the provider documents and what follows it. A row is matched in time linear in the text: the run after the prefix is
 * measured once, whatever number of prefixes lies in it.
 */
export interface TokenPattern {
  readonly kind: string;
  readonly prefixes: readonly string[];
  readonly body: Alphabet;
  /** Characters of the body: fewer is no secret; more is none either where the provider's length is fixed. */
  readonly shortest: number;
  readonly longest?: number;
  /** The character before the prefix must not be a letter or digit: for prefixes that occur inside ordinary words. */
  readonly atWordStart?: true;
  /** Only the body is masked: the prefix is no part of the secret and tells the reader what was there. */
  readonly keepPrefix?: true;
  readonly anyCase?: true;
  /** Fillers and examples are masked too: the form alone is so rare in other text that guessing saves nothing. */
  readonly fillersToo?: true;
}

export type Alphabet = "alphanumeric" | "capitals" | "word" | "base64" | "base64url" | "dotted" | "hex" | "path" | "query";

export const alphabets: Readonly<Record<Alphabet, RegExp>> = {
  alphanumeric: /[A-Za-z0-9]*/y,
  capitals: /[A-Z0-9]*/y,
  word: /[A-Za-z0-9_]*/y,
  base64: /[A-Za-z0-9+/=]*/y,
  base64url: /[A-Za-z0-9_-]*/y,
  dotted: /[A-Za-z0-9_.-]*/y,
  hex: /[0-9a-fA-F]*/y,
  path: /[A-Za-z0-9_/-]*/y,
  query: /[A-Za-z0-9%+/=_.~-]*/y,
};

export const tokenPatterns: readonly TokenPattern[] = [
  { kind: "github-token", prefixes: ["ghp_", "gho_", "ghu_", "ghr_"], body: "word", shortest: 30 },
  // The 2026 format of installation tokens is `ghs_<app>_<JWT>`: dots belong to it.
  { kind: "github-token", prefixes: ["ghs_"], body: "dotted", shortest: 30 },
  { kind: "github-token", prefixes: ["github_pat_"], body: "word", shortest: 36 },
  {
    kind: "gitlab-token",
    prefixes: ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "gloas-"],
    body: "dotted",
    shortest: 20,
  },
  { kind: "anthropic-key", prefixes: ["sk-ant-"], body: "base64url", shortest: 32 },
  { kind: "openai-key", prefixes: ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"], body: "base64url", shortest: 32 },
  { kind: "openrouter-key", prefixes: ["sk-or-v1-"], body: "hex", shortest: 48 },
  { kind: "stripe-key", prefixes: ["sk_live_", "rk_live_", "sk_test_", "rk_test_"], body: "alphanumeric", shortest: 16 },
  { kind: "stripe-webhook-secret", prefixes: ["whsec_"], body: "base64", shortest: 24 },
  { kind: "slack-token", prefixes: ["xoxb-", "xoxp-", "xoxa-", "xoxe-", "xoxe.", "xoxr-", "xoxs-", "xoxc-", "xoxd-", "xapp-"], body: "dotted", shortest: 20 },
  {
    kind: "slack-webhook",
    prefixes: ["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"],
    body: "path",
    shortest: 20,
    keepPrefix: true,
    anyCase: true,
  },
  {
    kind: "discord-webhook",
    prefixes: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
    body: "path",
    shortest: 60,
    keepPrefix: true,
    anyCase: true,
  },
  { kind: "google-api-key", prefixes: ["AIza"], body: "base64url", shortest: 35, longest: 35, atWordStart: true },
  { kind: "google-oauth-secret", prefixes: ["GOCSPX-"], body: "base64url", shortest: 24 },
  { kind: "google-oauth-token", prefixes: ["ya29."], body: "base64url", shortest: 30 },
  { kind: "aws-access-key-id", prefixes: ["AKIA", "ASIA"], body: "capitals", shortest: 16, longest: 16, atWordStart: true, fillersToo: true },
  { kind: "npm-token", prefixes: ["npm_"], body: "alphanumeric", shortest: 36, longest: 36 },
  { kind: "npm-token", prefixes: ["_authToken=", "_auth="], body: "query", shortest: 16, keepPrefix: true },
  { kind: "pypi-token", prefixes: ["pypi-AgE"], body: "base64url", shortest: 50 },
  { kind: "azure-key", prefixes: ["AccountKey=", "SharedAccessKey="], body: "base64", shortest: 40, keepPrefix: true, anyCase: true },
  { kind: "signed-url", prefixes: ["?sig=", "&sig=", ";sig=", "Signature="], body: "query", shortest: 24, keepPrefix: true, anyCase: true },
  { kind: "digitalocean-token", prefixes: ["dop_v1_", "doo_v1_", "dor_v1_"], body: "hex", shortest: 48 },
  { kind: "shopify-token", prefixes: ["shpat_", "shpca_", "shppa_", "shpss_"], body: "hex", shortest: 32 },
  { kind: "sendgrid-key", prefixes: ["SG."], body: "dotted", shortest: 60, atWordStart: true },
  { kind: "telegram-token", prefixes: ["api.telegram.org/bot"], body: "dotted", shortest: 8, keepPrefix: true },
  { kind: "atlassian-token", prefixes: ["ATATT3", "ATCTT3"], body: "query", shortest: 60 },
  { kind: "doppler-token", prefixes: ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa."], body: "dotted", shortest: 40 },
  { kind: "terraform-token", prefixes: [".atlasv1."], body: "base64url", shortest: 60 },
  { kind: "age-key", prefixes: ["AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"], body: "capitals", shortest: 50 },
  { kind: "vault-token", prefixes: ["hvs.", "hvb.", "hvr."], body: "base64url", shortest: 24 },
  { kind: "supabase-key", prefixes: ["sb_secret_", "sbp_"], body: "word", shortest: 24 },
];

/** Names that mark what is assigned to them as secret. The longest values of `strict` names are short: passwords. */
export const assignedNames: readonly { readonly name: string; readonly shortest: number }[] = [
  { name: "password", shortest: 8 },
  { name: "passwd", shortest: 8 },
  { name: "passphrase", shortest: 8 },
  { name: "secret", shortest: 12 },
  { name: "secretkey", shortest: 12 },
  { name: "secret_key", shortest: 12 },
  { name: "secret-key", shortest: 12 },
  { name: "token", shortest: 16 },
  { name: "apikey", shortest: 16 },
  { name: "api_key", shortest: 16 },
  { name: "api-key", shortest: 16 },
  { name: "accesskey", shortest: 16 },
  { name: "access_key", shortest: 16 },
  { name: "private_key", shortest: 32 },
  { name: "encryption_key", shortest: 16 },
];

/** Which of secretlint's rules can match at all: those with one of their literals in the text. */
export interface RuleGate {
  readonly rule: string;
  readonly kind: string;
  readonly literals: readonly string[];
  readonly anyCase?: true;
  /** Characters from the start of a literal to the end of the longest secret that the rule finds there. */
  readonly reach: number;
  /** What the secret itself looks like, for a rule that reports the place of the name with the length of the value. */
  readonly value?: RegExp;
}

export const ruleGates: readonly RuleGate[] = [
  {
    rule: "aws",
    kind: "aws-secret-key",
    literals: ["secretaccess", "secret_access"],
    anyCase: true,
    reach: 128,
    value: /(?<=[=:>\s"'])[A-Za-z0-9/+][A-Za-z0-9/+=]{39}/g,
  },
  { rule: "npm", kind: "npm-token", literals: ["npm_"], reach: 64 },
  { rule: "slack", kind: "slack-token", literals: ["xoxb-", "xoxp-", "xapp-", "xoxa-", "xoxo-", "xoxr-"], reach: 512 },
  { rule: "sendgrid", kind: "sendgrid-key", literals: ["SG."], reach: 512 },
  { rule: "shopify", kind: "shopify-token", literals: ["shppa_", "shpca_", "shpat_", "shpss_"], reach: 128 },
  { rule: "stripe", kind: "stripe-key", literals: ["sk_live_", "sk_test_", "rk_live_", "rk_test_"], reach: 128 },
  { rule: "github", kind: "github-token", literals: ["ghp_", "gho_", "ghu_", "ghr_", "github_pat_"], reach: 128 },
  { rule: "gitlab", kind: "gitlab-token", literals: ["glpat-"], reach: 192 },
  { rule: "grafana", kind: "grafana-token", literals: ["glc_", "glsa_"], reach: 512 },
  { rule: "openai", kind: "openai-key", literals: ["T3BlbkFJ"], reach: 256 },
  { rule: "anthropic", kind: "anthropic-key", literals: ["sk-ant-"], reach: 192 },
  { rule: "groq", kind: "groq-key", literals: ["gsk_"], reach: 96 },
  { rule: "huggingface", kind: "huggingface-token", literals: ["hf_"], reach: 64 },
  { rule: "linear", kind: "linear-key", literals: ["lin_api_"], reach: 192 },
  { rule: "notion", kind: "notion-token", literals: ["ntn_"], reach: 96 },
  { rule: "1password", kind: "1password-token", literals: ["ops_ey"], reach: 1536 },
  { rule: "hashicorp-vault", kind: "vault-token", literals: ["hvs.", "hvb.", "hvr."], reach: 384 },
  { rule: "vercel", kind: "vercel-token", literals: ["vcp_", "vci_", "vca_", "vcr_", "vck_"], reach: 96 },
  { rule: "databricks", kind: "databricks-token", literals: ["dapi"], reach: 64 },
  { rule: "docker", kind: "docker-token", literals: ["dckr_pat_"], reach: 64 },
  { rule: "figma", kind: "figma-token", literals: ["figd_"], reach: 256 },
  { rule: "cloudflare", kind: "cloudflare-token", literals: ["cfk_", "cfut_", "cfat_"], reach: 96 },
  { rule: "tailscale", kind: "tailscale-key", literals: ["tskey-"], reach: 192 },
];
