import { describe, expect, it } from "vitest";
import type { PageText } from "../src/page-text.ts";
import { Snapshots } from "../src/snapshots.ts";

const at = new Date("2026-11-25T10:00:00Z");
const url = "https://site.example/";

function snapshot(text: string): { read: PageText; source: string; at: Date } {
  return { read: { text, rawType: undefined, title: undefined, removed: [], truncated: undefined }, source: url, at };
}

describe("texts that are kept for their next page", () => {
  it("are given to the caller, card and policy that they were fetched for, and to no other (P2)", () => {
    const snapshots = new Snapshots();
    const mine = JSON.stringify(["acme", "research", "docs", "digest"]);
    snapshots.keep(mine, url, "page", snapshot("secret"));
    expect(snapshots.find(mine, url, "page")?.read.text).toBe("secret");
    for (const other of [
      ["acme", "other", "docs", "digest"],
      ["rival", "research", "docs", "digest"],
      ["acme", "research", "other", "digest"],
      ["acme", "research", "docs", "later"],
    ]) {
      expect(snapshots.find(JSON.stringify(other), url, "page")).toBeUndefined();
    }
  });

  it("are of one URL and one way of reading it", () => {
    const snapshots = new Snapshots();
    snapshots.keep("me", url, "page", snapshot("text"));
    expect(snapshots.find("me", `${url}?a`, "page")).toBeUndefined();
    expect(snapshots.find("me", url, "raw")).toBeUndefined();
    expect(snapshots.find("me", url, "article")).toBeUndefined();
  });

  it("are kept for five minutes, and 8 MiB of them for one caller", () => {
    let now = 0;
    const snapshots = new Snapshots(() => now);
    const half = "x".repeat(4 * 1024 * 1024);
    for (const name of ["a", "b", "c"]) snapshots.keep("me", url + name, "page", snapshot(half));
    snapshots.keep("you", url, "page", snapshot(half));
    expect(["a", "b", "c"].map((name) => snapshots.find("me", url + name, "page") !== undefined)).toEqual([false, true, true]);
    now = 5 * 60_000 - 1;
    expect(snapshots.find("you", url, "page")).toBeDefined();
    now += 1;
    expect(snapshots.find("you", url, "page")).toBeUndefined();
  });
});
