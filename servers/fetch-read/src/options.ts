import type { TargetOption } from "@postern/policy";

/** What a card may say beside its hosts. */
export const options: readonly TargetOption[] = [
  {
    key: "robots",
    values: ["respect", "ignore"],
    description: "ignore: fetches also what a host's robots.txt asks programs to stay away from. Default: respect (RFC 9309).",
  },
];
