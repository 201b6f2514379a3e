import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { readPrivateFile } from "@postern/credentials";
import { credentialFile, type Policy } from "@postern/policy";
import { readPolicySource } from "../policy-source.ts";

/** Certificate and key that the policy names, read anew. Undefined: it names none. Throws one sentence where they are none. */
export function readTls({ http, file }: Policy): { readonly cert: string; readonly key: string } | undefined {
  if (http?.tls === undefined) return undefined;
  const place = { home: homedir(), base: dirname(file) };
  const cert = readPolicySource(credentialFile(http.tls.cert, place), "certificate").text;
  const chain = cert.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)?.map(certificateFrom) ?? [];
  const [own] = chain;
  if (own === undefined) {
    const exchanged = cert.includes("PRIVATE KEY-----") ? ", but a private key: cert and key may be exchanged" : "";
    throw new Error(`http.tls: the file of the certificate holds no certificate in PEM${exchanged}`);
  }
  const key = readPrivateFile(credentialFile(http.tls.key, place), "private key");
  if ("problem" in key) throw new Error(`http.tls: ${key.problem}`);
  const wrong = keyProblem(key.text, own, chain) ?? contextProblem(cert, key.text);
  if (wrong !== undefined) throw new Error(`http.tls: ${wrong}`);
  return { cert, key: key.text };
}

function keyProblem(text: string, own: X509Certificate, chain: readonly (X509Certificate | undefined)[]): string | undefined {
  if (/-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text))
    return "the private key is encrypted; write it out without its passphrase, readable by its owner only";
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    return "the file of the private key holds no private key in PEM";
  }
  if (own.checkPrivateKey(key)) return undefined;
  return chain.some((each) => each?.checkPrivateKey(key))
    ? "the private key belongs to a later certificate of the file; this server's own has to stand first, then those that signed it"
    : "the private key does not belong to the certificate; name the two files that were made together";
}

function contextProblem(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch {
    return "the certificate and the key are no pair that can be used";
  }
}

function certificateFrom(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
