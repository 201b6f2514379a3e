import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

export interface CertificateFaults {
  /** Every client that checks certificates refuses it. */
  readonly problem?: string;
  /** What some clients will refuse, or all of them soon. */
  readonly notes: readonly string[];
}

const soonMs = 14 * 24 * 60 * 60 * 1_000;
const mostNamed = 5;

/**
 * What clients will hold against a certificate (PEM; the first one counts). `names`: hosts that they call this server by,
 * without ports and brackets. Whether they trust its issuer is theirs to know.
 */
export function certificateFaults(pem: string, names: readonly string[], now = Date.now()): CertificateFaults {
  const certificate = new X509Certificate(pem);
  const { validFromDate: from, validToDate: to } = certificate;
  if (now > to.getTime()) return { problem: `http.tls: the certificate ended on ${day(to)}, and clients refuse it; renew it`, notes: [] };
  if (now < from.getTime()) {
    const problem = `http.tls: the certificate begins on ${day(from)} only, and clients refuse it until then; look at this machine's clock, or take another certificate`;
    return { problem, notes: [] };
  }
  const notes: string[] = [];
  if (to.getTime() - now < soonMs) notes.push(`http.tls: the certificate ends on ${day(to)}; renew it, and let this server read it again (SIGHUP)`);
  const uncovered = names.filter((name) => !covers(certificate, name));
  if (uncovered.length > 0)
    notes.push(`http.tls: the certificate is not for ${listed(uncovered)}, so clients that call that refuse it; it is for ${covered(certificate)}`);
  if (certificate.checkIssued(certificate)) notes.push("http.tls: the certificate is signed by itself; clients refuse it unless they were told to trust it");
  return { notes };
}

/** As clients of today look at it: by the names that it lists, never by its subject. */
function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name, { subject: "never" }) : certificate.checkIP(name)) !== undefined;
}

function covered({ subjectAltName }: X509Certificate): string {
  const names = (subjectAltName ?? "").split(", ").flatMap((each) => /^(?:DNS|IP Address):(.+)$/.exec(each)?.[1] ?? []);
  return names.length === 0 ? "no host at all (it has no subjectAltName; its subject does not count)" : listed(names);
}

function listed(names: readonly string[]): string {
  return names.length <= mostNamed ? names.join(", ") : `${names.slice(0, mostNamed).join(", ")} and ${names.length - mostNamed} more`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
