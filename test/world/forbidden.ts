/** One address or more of each category that nobody may be led to without a card that says so. `8.8.4.4` is one where it was given to the host itself, and 203.0.114.0/24 where the operator names it. */
export const forbidden: readonly (readonly [string, string])[] = [
  ["metadata", "169.254.169.254"],
  ["metadata", "fd00:ec2::254"],
  ["metadata", "168.63.129.16"],
  ["metadata", "100.100.100.200"],
  ["loopback", "127.0.0.1"],
  ["loopback", "::1"],
  ["unspecified", "0.0.0.0"],
  ["unspecified", "::"],
  ["current-network", "0.1.2.3"],
  ["link-local", "169.254.1.1"],
  ["link-local", "fe80::1"],
  ["self", "8.8.4.4"],
  ["private", "10.0.0.1"],
  ["private", "172.16.0.1"],
  ["private", "192.168.1.1"],
  ["unique-local", "fd12:3456::1"],
  ["site-local", "fec0::1"],
  ["shared", "100.64.0.1"],
  ["service-network", "203.0.114.7"],
  ["multicast", "224.0.0.1"],
  ["multicast", "ff02::1"],
  ["broadcast", "255.255.255.255"],
  ["reserved", "240.0.0.1"],
  ["reserved", "4000::1"],
  ["discard", "100::1"],
  ["documentation", "192.0.2.1"],
  ["documentation", "2001:db8::1"],
  ["benchmarking", "198.18.0.1"],
  ["ietf-protocol", "192.0.0.1"],
  ["anycast-service", "192.0.0.9"],
  ["translated", "::ffff:8.8.8.8"],
  ["translated", "64:ff9b::808:808"],
  ["translated", "2002:808:808::1"],
];

/** As a URL has it. */
export function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
