import { createPublicKey, verify } from "node:crypto";
import { invalid, missing, ok, Refusal, type Answer, type Call, type Route } from "./call.ts";
import { atLeast } from "./access.ts";
import { utc } from "./git-history.ts";
import type { AppSeed, InstallationSeed, Permissions } from "./seeds.ts";
import { minimalRepository } from "./shape-repository.ts";

/** What needs no repository. */
export const appRoutes: readonly Route[] = [
  { method: "POST", template: "/app/installations/{installation_id}/access_tokens", needs: "", resource: "core", answer: mint },
  {
    method: "GET",
    template: "/rate_limit",
    needs: "",
    resource: "core",
    answer: ({ rates, quotaOwner }) => {
      const { resource: _, ...core } = rates.read(quotaOwner, "core");
      const shown = (["core", "search", "code_search"] as const).map((name) => {
        const { resource, ...rate } = rates.read(quotaOwner, name);
        return [resource, rate] as const;
      });
      return ok({ resources: Object.fromEntries(shown), rate: core });
    },
  },
  {
    method: "GET",
    template: "/meta",
    needs: "",
    resource: "core",
    answer: () => ok({ verifiable_password_authentication: false, installed_version: "3.17.0" }),
  },
];

/** Without a body the token may do all that the installation may: so it is at the host. */
function mint({ state, authorization, parameters, body, widerMint, apps }: Call): Answer {
  const app = signer(apps, authorization);
  if (app === undefined) throw new Refusal(401, "A JSON web token could not be decoded");
  const [appId, { installations }] = app;
  const installation = installations[Number(parameters["installation_id"])];
  if (installation === undefined) throw missing();
  const owned = ownedBy(state.repositories.values(), installation);
  const { repositories: names, repository_ids: ids, permissions } = body as { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions };
  const asked = names !== undefined || ids !== undefined;
  const chosen = owned.filter(
    ({ name, id }) => !asked || names?.some((each) => each.toLowerCase() === name.toLowerCase()) === true || ids?.includes(id) === true,
  );
  if (asked && chosen.length !== new Set([...(names ?? []), ...(ids ?? [])]).size)
    throw invalid("There is at least one repository that does not exist or is not accessible to the parent installation.");
  for (const [name, level] of Object.entries(permissions ?? {}))
    if (!atLeast(installation.permissions, name, level)) throw invalid("The permissions requested are not granted to this installation.");
  const granted = { metadata: "read", ...(widerMint ? installation.permissions : (permissions ?? installation.permissions)) } as Permissions;
  const reached = widerMint ? owned : chosen;
  const token = `ghs_${appId}_${crypto.randomUUID().replaceAll("-", "")}${crypto.randomUUID().replaceAll("-", "")}`;
  const expires = Date.now() + 3_600_000;
  const login = `app-${appId}[bot]`;
  const quotaOwner = `installation ${parameters["installation_id"]}`;
  state.grant(token, { repositories: reached.map(({ fullName }) => fullName), permissions: granted, login, quotaOwner }, { kind: "installation", expires });
  state.secret(token);
  const selection = asked && !widerMint ? "selected" : installation.repositories === "all" ? "all" : "selected";
  const listed = { repositories: reached.map((repository) => minimalRepository(state, repository)) };
  return ok({ token, expires_at: utc(expires), permissions: granted, repository_selection: selection, ...(asked && listed) }, 201);
}

function ownedBy<T extends { readonly owner: string; readonly fullName: string }>(all: Iterable<T>, { account, repositories }: InstallationSeed): readonly T[] {
  return [...all].filter(({ owner, fullName }) => (repositories === "all" ? owner.toLowerCase() === account.toLowerCase() : repositories.includes(fullName)));
}

/** The App whose key signed the token, if its times are as the host wants them: at most ten minutes. */
function signer(apps: Readonly<Record<string, AppSeed>>, authorization: string | undefined): readonly [string, AppSeed] | undefined {
  const [head = "", payload = "", signature = ""] = /^bearer (\S+)$/i.exec(authorization ?? "")?.[1]?.split(".") ?? [];
  const { alg } = decoded(head);
  const { iss, exp, iat } = decoded(payload);
  const app = apps[String(iss)];
  if (alg !== "RS256" || app === undefined) return undefined;
  const signed = verify("RSA-SHA256", Buffer.from(`${head}.${payload}`), createPublicKey(app.publicKey), Buffer.from(signature, "base64url"));
  const now = Date.now() / 1000;
  const timely = typeof exp === "number" && typeof iat === "number" && iat <= now + 5 && exp > now && exp <= now + 600;
  return signed && timely ? [String(iss), app] : undefined;
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString()) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
