import { lstatSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openAmbientDirectory, close } from "../../src/handle.ts";
import { entryNameOf, type EntryName } from "../../src/name.ts";
import { breakAbandoned, lockEntry, type Lockable } from "../../src/write/entry-lock.ts";
import { ticketFor } from "../../src/write/lock-ticket.ts";
import { isAbandoned, ownerText } from "../../src/write/owner.ts";
import { plant } from "../planted.ts";

const name = entryNameOf("file") as EntryName;
const patient = { signal: new AbortController().signal, state: undefined };

function place() {
  const tree = plant("d/");
  const directory = openAmbientDirectory(tree.at("d"));
  return {
    directory,
    path: tree.at("d"),
    entry: (of = name): Lockable => ({ directory, name: of, canonical: tree.at(`d/${of}`), device: 0n }),
    names: () => readdirSync(tree.at("d")),
    [Symbol.dispose]() {
      close(directory);
      tree[Symbol.dispose]();
    },
  };
}

describe("the lock of an entry", () => {
  it("lets one in at a time, in the order of asking, and leaves nothing", async () => {
    using here = place();
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const lock = await lockEntry(here.entry(), patient);
        inside += 1;
        expect(inside).toBe(1);
        order.push(index);
        await sleep(1);
        lock.assertHeld();
        inside -= 1;
        lock.release();
      }),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(here.names()).toEqual([]);
  });

  it("keeps entries of other names and directories apart", async () => {
    using here = place();
    using there = place();
    const locks = await Promise.all([
      lockEntry(here.entry(), patient),
      lockEntry(here.entry(entryNameOf("other") as EntryName), patient),
      lockEntry(there.entry(), patient),
    ]);
    expect(here.names()).toHaveLength(2);
    for (const lock of locks) lock.release();
  });

  it("goes to the next one when a call that waits is cancelled", async () => {
    using here = place();
    const first = await lockEntry(here.entry(), patient);
    const cancelled = new AbortController();
    const second = lockEntry(here.entry(), { ...patient, signal: cancelled.signal });
    const third = lockEntry(here.entry(), patient);
    cancelled.abort(new Error("cancelled"));
    await expect(second).rejects.toThrow("cancelled");
    first.release();
    (await third).release();
    expect(here.names()).toEqual([]);
  });

  it("of a process that was killed is taken over at once, by one of many", async () => {
    using here = place();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await new Promise((resolve) => child.once("spawn", resolve));
    const lock = await lockEntry(here.entry(), patient);
    const [file = ""] = here.names();
    lock.release();
    const stat = execFileSync("cat", [`/proc/${child.pid}/stat`], { encoding: "utf8" });
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const theirs = `${ownerText().split("-")[0]}-${child.pid}-${started}-0123456789ab`;
    symlinkSync(theirs, `${here.path}/${file}`);
    let got = false;
    const waiting = lockEntry(here.entry(), patient).then((taken) => {
      got = true;
      return taken;
    });
    await sleep(250);
    expect(got).toBe(false);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const taken = await waiting;
    taken.assertHeld();
    taken.release();
    expect(here.names()).toEqual([]);
  });

  it("that somebody took away is noticed before a change is made", async () => {
    using here = place();
    const lock = await lockEntry(here.entry(), patient);
    const [file = ""] = here.names();
    execFileSync("rm", [`${here.path}/${file}`]);
    expect(() => lock.assertHeld()).toThrow(expect.objectContaining({ code: "fs.conflict" }));
    lock.release();
  });

  it("of a living process is not broken, and neither is the lock of who breaks a dead one", async () => {
    using here = place();
    const lock = await lockEntry(here.entry(), patient);
    const [file = ""] = here.names();
    const text = readlinkSync(`${here.path}/${file}`);
    breakAbandoned(here.directory, entryNameOf(file) as EntryName, ticketFor(undefined));
    expect(readlinkSync(`${here.path}/${file}`)).toBe(text);
    lock.release();
  });
});

describe("who made a temporary", () => {
  const now = Date.now();
  const ours = ownerText().split("-");

  it.each([
    ["this process", ownerText(), now, false],
    ["a process of this pid that started at another time", `${ours[0]}-${ours[1]}-1-0123456789ab`, now, true],
    ["a process that is gone", `${ours[0]}-4194303-1-0123456789ab`, now, true],
    ["a process of another machine or container, a moment ago", "00000000-1-1-0123456789ab", now, false],
    ["a process of another container, long ago", "00000000-1-1-0123456789ab", now - 700_000, true],
    ["a process before this machine's boot", "00000000-1-1-0123456789ab", 1_000, true],
    ["nobody that can be read, a moment ago", "something else", now, false],
    ["nobody that can be read, long ago", "something else", now - 700_000, true],
  ])("%s", (_name, owner, modified, gone) => {
    expect(isAbandoned(owner, modified)).toBe(gone);
  });
});

it("a lock is a link that points nowhere and cannot be read through", async () => {
  using here = place();
  writeFileSync(`${here.path}/file`, "x");
  const lock = await lockEntry(here.entry(), patient);
  const [file = ""] = here.names().filter((each) => each !== "file");
  expect(lstatSync(`${here.path}/${file}`).isSymbolicLink()).toBe(true);
  lock.release();
});
