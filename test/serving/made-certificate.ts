import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface Made {
  readonly cert: string;
  readonly key: string;
}

const day = 24 * 60 * 60 * 1_000;

/**
 * Makes a certificate that begins and ends so many days from now, for these names and addresses of IPv4, signed by a key
 * that nobody has (RFC 5280): what is looked at here depends on the clock, so it cannot stand in a file.
 */
export function madeCertificate(from: number, to: number, names: readonly string[], { selfSigned = false } = {}): Made {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = selfSigned ? privateKey : generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const algorithm = sequence(Buffer.from("06082a8648ce3d040302", "hex"));
  const validity = sequence(time(from), time(to));
  const alternatives = sequence(...names.map(alternative));
  const extension = sequence(Buffer.from("0603551d11", "hex"), der(0x04, alternatives));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    named(selfSigned ? "self" : "authority"),
    validity,
    named("self"),
    publicKey.export({ format: "der", type: "spki" }),
    ...(names.length === 0 ? [] : [der(0xa3, sequence(extension))]),
  );
  return {
    cert: pem(sequence(body, algorithm, der(0x03, Buffer.of(0), signed(body, signer)))),
    key: privateKey.export({ format: "pem", type: "pkcs8" }),
  };
}

function signed(body: Buffer, key: KeyObject): Buffer {
  return sign("sha256", body, key);
}

function named(text: string): Buffer {
  return sequence(der(0x31, sequence(Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from(text)))));
}

function alternative(name: string): Buffer {
  return /^[\d.]+$/.test(name) ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name));
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * day).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(text));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END CERTIFICATE-----\n`;
}
