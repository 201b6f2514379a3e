import type { PolicyNetwork } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { networkSettings } from "../src/network-settings.ts";
import { authority } from "./origin.ts";

const nothing: PolicyNetwork = { serviceNetworks: [], nat64Prefixes: [], aliases: false, ca: [] };

describe("what a policy says of the network is refused at load where it cannot be meant (S4)", () => {
  it.each<readonly [Partial<PolicyNetwork>, RegExp]>([
    [{ nat64Prefixes: ["64:ff9b:1::/96"] }, /never reached/],
    [{ nat64Prefixes: ["::/96"] }, /no prefix/],
    [{ nat64Prefixes: ["::ffff:0:0/96"] }, /no prefix/],
    [{ nat64Prefixes: ["fe80::/96"] }, /no prefix/],
    [{ nat64Prefixes: ["2001:db8::1/96"] }, /no network/],
    [{ serviceNetworks: ["203.0.113.5/24"] }, /no network/],
    [{ resolvers: ["999.1.1.1"] }, /no address/],
    [{ resolvers: ["1.1.1.1:0"] }, /no address/],
    [{ resolvers: ["1.1.1.1:99999"] }, /no address/],
    [{ resolvers: [":::"] }, /no address/],
    [{ resolvers: ["0.0.0.0"] }, /0\.0\.0\.0 is unspecified, and no address of a resolver/],
    [{ resolvers: ["9.9.9.9", "[::]:53"] }, /\[::\]:53 is unspecified/],
    [{ resolvers: ["0.1.2.3"] }, /current-network/],
    [{ resolvers: ["224.0.0.251:5353"] }, /multicast/],
    [{ resolvers: ["255.255.255.255"] }, /broadcast/],
    [{ ca: ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] }, /certificates/],
  ])("%j", (said, why) => {
    expect(() => networkSettings({ ...nothing, ...said })).toThrow(why);
  });

  it("and taken where it can", () => {
    const resolvers = ["1.1.1.1", "1.1.1.1:5353", "2606:4700::1111", "[2606:4700::1111]:53"];
    const said = { resolvers, nat64Prefixes: ["64:ff9b::/96", "2606:4700:64::/96", "fd00:64::/96"], ca: [`${authority}\n${authority}`] };
    expect(networkSettings({ ...nothing, ...said })).toMatchObject({
      servers: resolvers,
      ca: said.ca,
      nat64Prefixes: [{ bits: 96 }, { bits: 96 }, { bits: 96 }],
    });
  });
});
