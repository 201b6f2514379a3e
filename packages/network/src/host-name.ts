/** What a host name is, before anybody asks for its addresses. */
export type NameCategory = "name" | "metadata" | "special-name";

const metadataNames = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
  "metadata.tencentyun.com",
  "rancher-metadata",
  "api.metadata.cloud.ibm.com",
]);

/** Names that end so are answered differently on each network, or by the host itself: RFC 6761 and its kin, and what platforms use. */
const specialEndings =
  "localhost local internal arpa onion alt svc cluster.local kubernetes.default lan home corp intranet localdomain private workgroup host".split(" ");
const specialNames = new Set("localhost ip6-localhost ip6-loopback ip6-localnet ip6-mcastprefix ip6-allnodes ip6-allrouters broadcasthost".split(" "));

/**
 * Says whether a name may be resolved at all. Takes it as `URL.hostname` gives it, without the root's dot: lower case, in
 * ASCII. `.test`, `.example` and `.invalid` are no special names here: nothing answers for them but who was set up to.
 */
export function nameCategory(host: string): NameCategory {
  if (metadataNames.has(host)) return "metadata";
  if (!host.includes(".") || specialNames.has(host)) return "special-name";
  return specialEndings.some((ending) => host === ending || host.endsWith(`.${ending}`)) ? "special-name" : "name";
}
