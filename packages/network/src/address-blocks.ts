/**
 * What an address is for. Only `public` may be reached without a card that says more; `metadata` may never be, whatever a
 * card says.
 */
export type AddressCategory =
  | "public"
  | "metadata"
  | "loopback"
  | "unspecified"
  | "current-network"
  | "link-local"
  | "self"
  | "private"
  | "unique-local"
  | "site-local"
  | "shared"
  | "service-network"
  | "multicast"
  | "broadcast"
  | "reserved"
  | "discard"
  | "documentation"
  | "benchmarking"
  | "ietf-protocol"
  | "anycast-service"
  | "translated";

export interface AddressBlock {
  readonly block: string;
  readonly category: AddressCategory;
  /** Where it is set down, and its name there. */
  readonly source: string;
}

function blocks(category: AddressCategory, list: Readonly<Record<string, string>>): readonly AddressBlock[] {
  return Object.entries(list).map(([block, source]) => ({ block, category, source }));
}

/**
 * The special-purpose blocks of the IANA registries for IPv4 and IPv6 (RFC 6890 and what changed it), the multicast
 * space, and what was given back and never given out again. The longest prefix counts.
 */
export const addressBlocks: readonly AddressBlock[] = [
  ...blocks("unspecified", { "0.0.0.0/32": "RFC 1122, this host", "::/128": "RFC 4291" }),
  ...blocks("current-network", { "0.0.0.0/8": "RFC 791, this network" }),
  ...blocks("loopback", { "127.0.0.0/8": "RFC 1122", "::1/128": "RFC 4291" }),
  ...blocks("link-local", { "169.254.0.0/16": "RFC 3927", "fe80::/10": "RFC 4291" }),
  ...blocks("private", { "10.0.0.0/8": "RFC 1918", "172.16.0.0/12": "RFC 1918", "192.168.0.0/16": "RFC 1918" }),
  ...blocks("unique-local", { "fc00::/7": "RFC 4193" }),
  ...blocks("site-local", { "fec0::/10": "RFC 3879, deprecated" }),
  ...blocks("shared", { "100.64.0.0/10": "RFC 6598, carrier-grade NAT" }),
  ...blocks("multicast", { "224.0.0.0/4": "RFC 5771", "ff00::/8": "RFC 4291" }),
  ...blocks("broadcast", { "255.255.255.255/32": "RFC 919" }),
  ...blocks("reserved", {
    "240.0.0.0/4": "RFC 1112, class E",
    "::/0": "RFC 4291: only 2000::/3 is given out",
    "3ffe::/16": "RFC 3701, 6bone, given back",
    "5f00::/16": "RFC 9602, segment routing",
  }),
  ...blocks("discard", { "100::/64": "RFC 6666", "100:0:0:1::/64": "RFC 9780, dummy prefix" }),
  ...blocks("documentation", {
    "192.0.2.0/24": "RFC 5737",
    "198.51.100.0/24": "RFC 5737",
    "203.0.113.0/24": "RFC 5737",
    "2001:db8::/32": "RFC 3849",
    "3fff::/20": "RFC 9637",
  }),
  ...blocks("benchmarking", { "198.18.0.0/15": "RFC 2544", "2001:2::/48": "RFC 5180" }),
  ...blocks("ietf-protocol", { "192.0.0.0/24": "RFC 6890", "2001::/23": "RFC 2928" }),
  ...blocks("anycast-service", {
    "192.0.0.9/32": "RFC 7723, PCP",
    "192.0.0.10/32": "RFC 8155, TURN",
    "192.31.196.0/24": "RFC 7535, AS112",
    "192.52.193.0/24": "RFC 7450, AMT",
    "192.175.48.0/24": "RFC 7534, AS112",
    "2001:1::1/128": "RFC 7723, PCP",
    "2001:1::2/128": "RFC 8155, TURN",
    "2001:1::3/128": "RFC 9665, service registration",
    "2001:3::/32": "RFC 7450, AMT",
    "2001:4:112::/48": "RFC 7535, AS112",
    "2620:4f:8000::/48": "RFC 7534, AS112",
  }),
  ...blocks("translated", {
    "192.88.99.0/24": "RFC 7526, relays of 6to4",
    "::/96": "RFC 4291, IPv4-compatible",
    "::ffff:0:0/96": "RFC 4291, IPv4-mapped",
    "::ffff:0:0:0/96": "RFC 2765, IPv4-translated",
    "64:ff9b::/96": "RFC 6052, NAT64",
    "64:ff9b:1::/48": "RFC 8215, local NAT64",
    "2001::/32": "RFC 4380, Teredo",
    "2002::/16": "RFC 3056, 6to4",
  }),
  ...blocks("public", { "0.0.0.0/0": "RFC 791", "2000::/3": "RFC 4291, global unicast" }),
];

/** Where clouds and orchestrators answer with credentials, keys and user data, or steer the host. Exact addresses. */
export const metadataAddresses: Readonly<Record<string, string>> = {
  "169.254.169.254": "AWS, Azure, Google, DigitalOcean, Hetzner, Oracle and most others",
  "169.254.169.253": "AWS, resolver of the network",
  "169.254.169.123": "AWS, time",
  "169.254.169.252": "AWS",
  "169.254.169.250": "Rancher",
  "169.254.170.2": "AWS ECS, credentials of a task",
  "169.254.170.23": "AWS EKS, identity of a pod",
  "169.254.42.42": "Scaleway",
  "169.254.0.23": "Tencent",
  "100.100.100.200": "Alibaba",
  "100.96.0.96": "Volcengine",
  "168.63.129.16": "Azure, agent and resolver of the host",
  "192.0.0.192": "Oracle, classic",
  "fd00:ec2::254": "AWS",
  "fd00:ec2::253": "AWS, resolver of the network",
  "fd00:ec2::23": "AWS EKS, identity of a pod",
  "fd20:ce::254": "Google",
  "fe80::a9fe:a9fe": "OpenStack",
  "fd00:42::42": "Scaleway",
};
