import { createHmac } from "node:crypto";
import { credentialFile, LateDenial, type CardLane, type PolicyCredential, type PolicyPlace } from "@postern/policy";
import { type Found, missing } from "./found.ts";
import { keepHelperSecret } from "./helper-secret.ts";
import { bindHosts } from "./host-binding.ts";
import { runHelper } from "./run-helper.ts";
import type { Secret } from "./secret.ts";
import { isSigningSecret, readSigningKey } from "./signing-key.ts";
import type { Vault } from "./vault.ts";

/** Whether the secret is there, as far as it is known before it is used. */
export type Availability = { readonly state: "there" | "asked at use" } | { readonly state: "missing"; readonly reason: string };

/** A credential of one tenant, bound to the hosts that it may be sent to. No way of printing it shows the secret. */
export interface Lane extends CardLane {
  readonly tenant: string;
  readonly hosts: readonly string[];
  readonly availability: Availability;
}

export interface LaneContext extends PolicyPlace {
  readonly vault: Vault;
  /** Hears why a secret could not be had when it was asked for; never holds any of it. */
  tell?(reason: string): void;
}

/**
 * Opens one lane of the policy. A variable and a file are read now, a helper is run at the first use. The secret is known
 * to the vault's scrubber before anybody can send it.
 */
export function openLane(declared: PolicyCredential, { vault, home, base, tell }: LaneContext): Lane {
  const { name, tenant, source, present, hosts } = declared;
  const reaches = bindHosts(hosts);
  const header = present.header.toLowerCase();
  const know = (found: Found): Found => {
    if (!found.found) return found;
    const value = found.secret.reveal();
    const signing = isSigningSecret(value) ? readSigningKey(value) : undefined;
    for (const part of secretParts(found.secret, present.scheme)) vault.scrubber.know(name, part);
    if (signing === undefined) return found;
    if ("reason" in signing) return missing(signing.reason);
    vault.scrubber.know(name, value, signing.key);
    return found;
  };

  let availability: Availability = { state: "asked at use" };
  let find: (signal: AbortSignal) => Promise<Found> | Found;
  if ("exec" in source) {
    const { exec } = source;
    find = keepHelperSecret(async () => {
      const found = know(await runHelper(exec));
      if (!found.found) tell?.(found.reason);
      return found;
    });
  } else {
    const found = know(vault.read("env" in source ? source : { file: credentialFile(source.file, { home, base }) }));
    availability = found.found ? { state: "there" } : { state: "missing", reason: found.reason };
    find = () => found;
  }

  async function secretFor(signal: AbortSignal): Promise<Secret> {
    const found = await find(signal);
    // Why is the operator's to know: a reason names files.
    if (!found.found) throw new LateDenial("credential.missing", "The credential of the route card cannot be had now, so nothing was sent.");
    return found.secret;
  }

  return Object.freeze({
    name,
    tenant,
    hosts,
    availability,
    reaches,
    async headersFor(host, signal) {
      return reaches(host) ? { [header]: headerValue(await secretFor(signal), present.scheme) } : undefined;
    },
    async sign(message, signal) {
      const signing = readSigningKey((await secretFor(signal)).reveal());
      if ("key" in signing) return createHmac("sha256", signing.key).update(message).digest("base64");
      tell?.(signing.reason);
      throw new LateDenial("credential.missing", "The credential of the route card cannot sign, so nothing was sent.");
    },
  } satisfies Lane);
}

/** With Basic (RFC 7617) a secret that has a colon is a user and a password: what is encoded already has none. */
function headerValue(secret: Secret, scheme: string | undefined): string {
  const value = secret.reveal();
  if (scheme === undefined) return value;
  return `${scheme} ${isBasic(scheme) && value.includes(":") ? Buffer.from(value).toString("base64") : value}`;
}

/** The secret, and of Basic the password alone: who has it has the secret. */
function secretParts(secret: Secret, scheme: string | undefined): readonly string[] {
  const value = secret.reveal();
  if (!isBasic(scheme)) return [value];
  const pair = value.includes(":") ? value : Buffer.from(value, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? [value] : [value, pair, pair.slice(colon + 1)];
}

function isBasic(scheme: string | undefined): boolean {
  return scheme?.toLowerCase() === "basic";
}
