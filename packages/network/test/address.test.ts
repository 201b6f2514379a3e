import { networkInterfaces } from "node:os";
import { describe, expect, it, test } from "vitest";
import { addressBlocks, metadataAddresses } from "../src/address-blocks.ts";
import { type Address, classify, contains, type Network, ownAddresses, parseAddress, parseNetwork } from "../src/address.ts";
import { attacks, noCorpus } from "./corpus.ts";

function address(text: string): Address {
  return parseAddress(text) ?? expect.unreachable(text);
}

function network(text: string): Network {
  return parseNetwork(text) ?? expect.unreachable(text);
}

const categoryOf = (text: string): string => classify(address(text)).category;

describe("an address is read in the strict spelling only", () => {
  const refused = [
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "2130706433",
    "127.0.0.1.",
    "127.0.0.01",
    "256.0.0.1",
    " 127.0.0.1",
    "127.0.0.1\n",
    "::1%lo",
    "fe80::1%25eth0",
    "[::1]",
    "1::2::3",
    "::ffff:127.1",
    "12345::",
    "",
    "\u0661\u0662\u0667.0.0.1",
  ];
  it.each(refused.map((text) => [JSON.stringify(text), text] as const))("not %s", (_shown, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  const spelled = { "0:0:0:0:0:0:0:1": "::1", "0000::0001": "::1", "2001:DB8:0:0:1:0:0:1": "2001:db8::1:0:0:1", "::FFFF:7F00:1": "::ffff:7f00:1" };
  it.each(Object.entries(spelled))("%s is %s", (text, canonical) => {
    expect(address(text).text).toBe(canonical);
  });

  it("the same address has the same parts, however it is spelled", () => {
    expect(address("::ffff:127.0.0.1").parts).toEqual(address("::ffff:7f00:1").parts);
    expect(address("::127.0.0.1").parts).toEqual(address("::7f00:1").parts);
  });
});

describe("a network", () => {
  it("holds what begins with its bits", () => {
    for (const [block, inside, outside] of [
      ["10.20.0.0/15", "10.21.255.255", "10.22.0.0"],
      ["192.0.2.128/25", "192.0.2.128", "192.0.2.127"],
      ["0.0.0.0/0", "255.255.255.255", "::"],
      ["2001:db8:8000::/33", "2001:db8:ffff::1", "2001:db8:7fff::1"],
      ["::/0", "ffff::1", "1.2.3.4"],
      ["fd00::1/128", "fd00::1", "fd00::2"],
    ] as const) {
      expect([block, contains(network(block), address(inside)), contains(network(block), address(outside))]).toEqual([block, true, false]);
    }
  });

  it.each(["10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0", "10/8", "10.0.0.0/-1", "10.0.0.0/8.0", "fe80::1%lo/64"])("is not %s", (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});

describe("every block of the table, at and beside its ends", () => {
  it.each(addressBlocks.filter(({ category }) => category !== "public"))("$block is $category and never public", ({ block }) => {
    const { parts, bits, family } = network(block);
    const width = family === 4 ? 8 : 16;
    const last = parts.map((part, at) => part | (((1 << width) - 1) >> Math.min(width, Math.max(0, bits - at * width))));
    for (const each of [parts, last]) {
      const text = family === 4 ? each.join(".") : each.map((part) => part.toString(16)).join(":");
      expect([text, categoryOf(text)]).not.toEqual([text, "public"]);
    }
  });

  it.each(Object.keys(metadataAddresses))("%s is metadata, whatever the operator names", (text) => {
    const all = { serviceNetworks: [network("0.0.0.0/0"), network("::/0")], own: new Set([text]) };
    expect([classify(address(text)).category, classify(address(text), all).category]).toEqual(["metadata", "metadata"]);
  });

  const neighbors = ["8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"];
  const further = ["169.253.255.255", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2003::1"];
  it.each([...neighbors, ...further])("%s beside them is public", (text) => {
    expect(categoryOf(text)).toBe("public");
  });
});

describe("what carries an IPv4 address is no address of its own", () => {
  const forms = [
    ["::ffff:8.8.8.8", "8.8.8.8"],
    ["::8.8.8.8", "8.8.8.8"],
    ["::ffff:0:8.8.8.8", "8.8.8.8"],
    ["64:ff9b::8.8.8.8", "8.8.8.8"],
    ["64:ff9b:1::8.8.8.8", "8.8.8.8"],
    ["2002:808:808::1", "8.8.8.8"],
    ["2001:0:4136:e378:8000:63bf:f7f7:f7f7", "8.8.8.8"],
    ["2606:4700::5efe:8.8.8.8", "8.8.8.8"],
    ["2606:4700::200:5efe:7f00:1", "127.0.0.1"],
    ["2002:a9fe:a9fe::", "169.254.169.254"],
  ];
  it.each(forms)("%s is translated, of %s", (text, inner) => {
    const found = classify(address(text));
    expect(found).toMatchObject({ category: "translated", inner: { address: inner } });
  });

  it("a prefix that the operator names is looked through, and what it carries counts", () => {
    const options = { nat64Prefixes: [network("64:ff9b::/96"), network("2606:4700:64::/96")] };
    const of = (text: string) => classify(address(text), options).category;
    expect([of("64:ff9b::8.8.8.8"), of("64:ff9b::10.0.0.1"), of("64:ff9b::169.254.169.254"), of("2606:4700:64::127.0.0.1")]).toEqual([
      "public",
      "private",
      "metadata",
      "loopback",
    ]);
    expect(of("64:ff9b:1::8.8.8.8")).toBe("translated");
  });
});

describe("what only the operator knows", () => {
  it("his networks, and the addresses of the host itself", () => {
    const options = { serviceNetworks: [network("34.118.224.0/20"), network("2606:4700:10::/48")], own: new Set(["8.8.4.4"]) };
    const of = (text: string) => classify(address(text), options).category;
    expect([of("34.118.225.1"), of("2606:4700:10::7"), of("8.8.4.4"), of("8.8.8.8")]).toEqual(["service-network", "service-network", "self", "public"]);
  });

  it("ownAddresses tells those of this host, each as it is spelled in records", () => {
    const own = ownAddresses();
    expect(own.has("127.0.0.1")).toBe(false);
    const [first] = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).filter(({ internal, family }) => !internal && family === "IPv4"));
    if (first !== undefined) expect(own.has(first.address)).toBe(true);
    for (const text of own) expect(parseAddress(text)?.text).toBe(text);
  });
});

test.each(attacks("ip"))(`$input is $expected_category: $why${noCorpus}`, ({ input, expected_category }) => {
  expect(categoryOf(String(input))).toBe(expected_category);
});

describe("a list of service networks takes in nothing that carries an IPv4 address (U2)", () => {
  const everything = { serviceNetworks: [parseNetwork("::/0") ?? expect.unreachable()] };
  it.each(["::ffff:169.254.169.254", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::ffff:10.0.0.5", "2001:db8::5efe:a9fe:a9fe"])("%s", (text) => {
    expect(classify(parseAddress(text) ?? expect.unreachable(), everything).category).not.toBe("service-network");
  });

  it("and takes in the others", () => {
    expect(classify(parseAddress("2606:4700::1") ?? expect.unreachable(), everything).category).toBe("service-network");
  });
});
