import { z } from "zod";
import { budgetSchema } from "./budget-schema.ts";
import { denialCodes } from "./codes.ts";

const asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const;

function build() {
  const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}$/, "up to 64 letters, digits and . _ @ : - that begin with a letter or digit");
  const served = z.string().regex(/^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,252}))(:\d{1,5})?$/, "a host with or without port, and no pattern");
  // A lone * would send a secret to whoever asks for it, and *.com to everybody under it.
  const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const receiver = z.string().regex(new RegExp(`^(${label}|(\\*\\.)?${label}(\\.${label})+)$`), "a host name, or *. and a domain of at least two parts");
  // RFC 6749: what a scope may consist of; so it can stand between quotes in a header.
  const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, "a scope: printable ASCII without spaces, quotes and backslashes");
  const word = z
    .string()
    .max(4096)
    .regex(/^[^\0]*$/, "a text without NUL characters");
  const argumentsOf = z.record(z.string(), z.unknown()).default({}).describe("The tool's arguments, as a client would send them.");

  const { budget, estimate, budgets, loops } = budgetSchema(id);

  const principal = z.strictObject({
    id: id.describe("Name of the caller in cards and records."),
    tenant: id.default("default").describe("Whose caller this is. A credential belongs to one tenant and serves no other."),
    stdio: z.literal(true).optional().describe("Proven by being the one who started the process."),
    apiKey: z
      .strictObject({
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits in lower case, as postern keygen prints them")
          .describe("SHA-256 of the key."),
      })
      .optional()
      .describe("Proven by an API key."),
    jwt: z
      .strictObject({
        issuer: z.url({ protocol: /^https$/, error: "an https URL" }).describe("One of http.issuers."),
        subject: z.string().min(1).max(255).optional().describe("The token's sub."),
        claims: z.record(z.string().min(1), z.string()).optional().describe("Claims that the token must carry with exactly these values."),
      })
      .optional()
      .describe("Proven by an access token."),
  });

  const http = z.strictObject({
    resource: z.url({ protocol: /^https?$/, error: "an http or https URL" }).describe("Our own address: the audience that a token must carry."),
    issuers: z
      .array(
        z.strictObject({
          issuer: z.url({ protocol: /^https$/, error: "an https URL" }).describe("The issuer's identifier, exactly as in its tokens."),
          algorithms: z.array(z.enum(asymmetric)).min(1).describe("Signature algorithms that are accepted; symmetric ones and none never are."),
          jwks: z
            .url({ protocol: /^https$/, error: "an https URL" })
            .optional()
            .describe("Where its keys are. Absent: where its metadata says (RFC 8414, then OpenID Connect Discovery)."),
          tokenType: z
            .enum(["at+jwt", "jwt"])
            .default("at+jwt")
            .describe(
              "What the header typ of its access tokens says: at+jwt (RFC 9068), or with jwt also JWT or nothing; of those, tokens for anything else than access are refused by what they claim.",
            ),
          internal: z
            .strictObject({
              networks: z
                .array(z.union([z.cidrv4(), z.cidrv6()], { error: "a network, like 10.20.0.0/16" }))
                .min(1)
                .describe("Networks that every address of it must lie in."),
              ports: z.array(z.int().min(1).max(65_535)).min(1).describe("Ports there."),
            })
            .optional()
            .describe("For an issuer on an internal network: its keys come from these networks and ports, and from nothing public."),
        }),
      )
      .default([])
      .describe("Who may issue tokens. Empty: nobody."),
    scopes: z
      .record(scope, z.array(scope).min(1))
      .default({})
      .describe("What a scope implies: of a token with the one, cards take it that it has the others as well, and what those imply."),
    allowedHosts: z.array(served).default([]).describe("Values of the Host header that are accepted. Empty: none."),
    allowedOrigins: z
      .array(z.string().regex(/^https?:\/\/[^\s/?#@*]+$/, "scheme, host and port, like https://app.example"))
      .default([])
      .describe("Origins of browser pages that are accepted. Empty: none."),
    tls: z
      .strictObject({
        cert: z.string().min(1).max(4096).describe("File of the certificate and its chain, PEM."),
        key: z.string().min(1).max(4096).describe("File of its private key, PEM; readable by its owner only, no symbolic link."),
      })
      .optional()
      .describe("Certificate to serve https with. Both files are read again at each reload."),
    proxies: z
      .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: "an address or a network, like 10.0.0.0/8" }))
      .default([])
      .describe("Where the reverse proxies that end TLS for us connect from. Others are refused where we are reached without TLS from elsewhere. Empty: none."),
  });

  const network = z.strictObject({
    resolvers: z
      .array(
        z.string().regex(/^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|[0-9A-Fa-f:.]{2,45}|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?)$/, "an address, with or without a port"),
      )
      .min(1)
      .optional()
      .describe("DNS resolvers to ask. Absent: those of the system."),
    families: z
      .array(z.literal([4, 6]))
      .min(1)
      .optional()
      .describe("Address families to ask for. Default: [4, 6]; where one of them cannot be resolved, the name is refused."),
    serviceNetworks: z
      .array(z.union([z.cidrv4(), z.cidrv6()], { error: "a network, like 10.96.0.0/12" }))
      .default([])
      .describe("Networks of your own services that look public or belong to pods: internal, whatever their addresses look like."),
    nat64Prefixes: z
      .array(z.cidrv6({ error: "a network of IPv6, like 64:ff9b::/96" }).regex(/\/96$/, "a prefix of 96 bits"))
      .default([])
      .describe("Prefixes by which this network reaches IPv4 hosts (NAT64). Empty: such addresses are refused."),
    aliases: z
      .boolean()
      .default(false)
      .describe("Whether the names that a host name stands for (CNAME) are recorded, and refused where one is never resolved. Costs a question for each."),
    ca: z
      .array(z.string().regex(/^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/, "certificates in PEM"))
      .default([])
      .describe("Certificates of authorities that are trusted besides the usual ones, in PEM."),
  });

  const credential = z.strictObject({
    tenant: id.default("default").describe("The one tenant whose principals may use it."),
    source: z
      .strictObject({
        env: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
          .optional()
          .describe("Name of the environment variable that holds it. It is taken out of the environment at the start and kept over reloads."),
        file: z
          .string()
          .min(1)
          .max(4096)
          .optional()
          .describe("File that holds it; readable by its owner only, no symbolic link. ~ is the home directory. It is read again at each reload."),
        exec: z
          .array(word)
          .min(1)
          .max(64)
          .optional()
          .describe(
            "Command, by its absolute path, and arguments; it prints the secret. Run at use, without a shell, with nothing but PATH and HOME, for 10 seconds at most; what it prints is kept for 5 minutes.",
          ),
      })
      .describe("Where the secret is kept; exactly one of env, file and exec. It has 6 characters at least, all of them printable ASCII."),
    present: z
      .strictObject({
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/, "the name of a header")
          .describe("Name of the header that carries it; none that says where a request goes or how it is read."),
        scheme: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9-]{0,31}$/, "an authentication scheme")
          .optional()
          .describe("What stands before it in the header; absent: nothing does. Of Basic, a secret with a colon is user:password, and encoded."),
      })
      .default({ header: "authorization", scheme: "Bearer" })
      .describe("How it is sent."),
    hosts: z
      .array(receiver)
      .default([])
      .describe(
        "Hosts that it may be sent to, on whichever ports the card gives: a name, an IPv4 address, or *.domain (all names below it). Over https only, but for internal cards. Empty: none.",
      ),
  });

  const card = z.strictObject({
    id: id.describe("Name of the card in records."),
    server: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "the name of a server, like filesystem-read")
      .describe("The server that it is for."),
    principals: z.array(z.string()).default([]).describe("Ids of those who may use it. Empty or absent: nobody."),
    tools: z
      .union([z.literal("*"), z.array(z.string().min(1).max(128))], { error: 'write "*" for every tool, or a list of names' })
      .default([])
      .describe('Tools that it gives; "*" is all. Empty or absent: none.'),
    targets: z.record(z.string(), z.unknown()).default({}).describe("What the tools may reach. Empty or absent: nothing."),
    credential: z.string().optional().describe("Name of the credential that its requests carry."),
    scope: z
      .union([scope, z.array(scope).min(1, "an empty list would ask for nothing; leave it out").max(32)], { error: "write a scope, or a list of them" })
      .optional()
      .describe(
        "Scope that an access token must have for its calls, or a list: all of them. Callers that are proven in another way have no scopes and need none.",
      ),
    budget,
    estimate,
    redact: z.enum(["secrets", "none"]).default("secrets").describe("What is taken out of answers."),
    approval: z.enum(["none", "required"]).default("none").describe("Whether a human has to say yes to each call."),
    neighbors: z
      .strictObject({
        allow: z
          .array(z.strictObject({ tool: z.string().describe("Name of the tool."), arguments: argumentsOf }))
          .default([])
          .describe("Calls that must be allowed."),
        deny: z
          .array(
            z.strictObject({
              tool: z.string().describe("Name of the tool."),
              arguments: argumentsOf,
              code: z
                .enum(Object.keys(denialCodes) as [keyof typeof denialCodes])
                .optional()
                .describe("The code that the denial must have."),
            }),
          )
          .default([])
          .describe("Calls that must be denied."),
      })
      .default({ allow: [], deny: [] })
      .describe("Calls that postern check tries, besides those that it derives."),
  });

  return z.strictObject({
    version: z.literal(1).describe("Version of this format."),
    principals: z.array(principal).default([]).describe("Who may call at all. Empty or absent: nobody."),
    http: http.optional().describe("How the servers are reached over HTTP."),
    network: network.optional().describe("What is known of the network that the servers run in; for all cards."),
    credentials: z.record(id, credential).default({}).describe("Secrets that servers may use, by name."),
    budgets,
    loops,
    routes: z.array(card).default([]).describe("Route cards. Empty or absent: nothing is allowed."),
  });
}

export type PolicySchema = ReturnType<typeof build>;
export type WrittenPolicy = z.output<PolicySchema>;

let built: PolicySchema | undefined;

/** The closed schema of everything in a policy file but the targets of cards. Built at first use. */
export function policySchema(): PolicySchema {
  built ??= build();
  return built;
}
