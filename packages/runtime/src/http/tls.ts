import { createSecureContext, type SecureContextOptions } from "node:tls";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { readPrivateFile } from "@postern/credentials";
import { credentialFile, type Policy } from "@postern/policy";
import { readPolicySource } from "../policy-source.ts";

/** Certificate and key that the policy names, read anew. Undefined: it names none. Throws one sentence where they are none. */
export function readTls({ http, file }: Policy): Pick<SecureContextOptions, "cert" | "key"> | undefined {
  if (http?.tls === undefined) return undefined;
  const place = { home: homedir(), base: dirname(file) };
  const cert = readPolicySource(credentialFile(http.tls.cert, place), "certificate").text;
  const key = readPrivateFile(credentialFile(http.tls.key, place), "private key");
  if ("problem" in key) throw new Error(`http.tls: ${key.problem}`);
  const tls = { cert, key: key.text };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new Error("http.tls: the certificate and the key are no pair that can be used", { cause: error });
  }
  return tls;
}
