import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pathKind } from "../src/path-kind.ts";
import { outcomeOf, plant, scopeOf } from "./planted.ts";

describe("special files are refused unopened (F3)", () => {
  test("denies a socket", async () => {
    using tree = plant("root/");
    const server = createServer().listen(tree.at("root/s"));
    await new Promise((resolve) => server.once("listening", resolve));
    let connections = 0;
    server.on("connection", () => connections++);
    const scope = scopeOf([{ path: tree.at("root") }]);
    expect(statSync(tree.at("root/s")).isSocket()).toBe(true);
    expect(outcomeOf(scope, "s")).toBe("deny path.special_file special-file");
    expect(connections).toBe(0);
    pathKind.close(scope);
    await new Promise((resolve) => server.close(resolve));
  });

  test("denies a FIFO at once, without a writer, and never wakes one", () => {
    using tree = plant("root/p |");
    const scope = scopeOf([{ path: tree.at("root") }]);
    const began = performance.now();
    for (let i = 0; i < 50; i++) expect(outcomeOf(scope, "p")).toBe("deny path.special_file special-file");
    expect(performance.now() - began).toBeLessThan(1000);
    // A writer that was waiting for a reader would be let through by an open for reading.
    const writer = spawnSync("timeout", ["0.2", "sh", "-c", `echo x > ${tree.at("root/p")}`]);
    expect(writer.status).toBe(124);
    pathKind.close(scope);
  });

  const noDevice = process.getuid?.() === 0 ? undefined : "needs root";
  test.skipIf(noDevice !== undefined)(`denies an endless device${noDevice === undefined ? "" : ` (${noDevice})`}`, () => {
    using tree = plant("root/", "root/l => zero");
    execFileSync("mknod", [tree.at("root/zero"), "c", "1", "5"]);
    const scope = scopeOf([{ path: tree.at("root") }]);
    expect(statSync(tree.at("root/zero")).isCharacterDevice()).toBe(true);
    for (const raw of ["zero", "l"]) expect(outcomeOf(scope, raw)).toBe("deny path.special_file special-file");
    pathKind.close(scope);
  });
});

describe("hard links (F1, F3)", () => {
  test("a file with a second name outside is refused where the card says so, and for writing always", () => {
    using tree = plant("outside/secret", "root/one");
    linkSync(tree.at("outside/secret"), tree.at("root/twin"));
    const open = scopeOf([{ path: tree.at("root") }]);
    const strict = scopeOf([{ path: tree.at("root"), hardlinks: "deny" }]);
    // The default gives it for reading: only whoever may write in the root can have made the link.
    expect(outcomeOf(open, "twin")).toBe("allow file twin");
    expect(outcomeOf(strict, "twin")).toBe("deny path.hardlink hardlink");
    expect(outcomeOf(strict, "one")).toBe("allow file one");
    expect(outcomeOf(open, "twin", { access: "write" })).toBe("deny path.hardlink hardlink");
    for (const scope of [open, strict]) pathKind.close(scope);
  });
});

const probe = spawnSync("unshare", ["-rm", "true"]);
const noMounts = probe.status === 0 ? undefined : "needs a mount namespace of its own";

describe.skipIf(noMounts !== undefined)(`mounts${noMounts === undefined ? "" : ` (${noMounts})`}`, () => {
  test("denies bind mounts, tmpfs and procfs below a root, by the mount and not by the device (F1, F3)", () => {
    using tree = plant("root/bind/", "root/memory/", "root/process/", "root/again/", "root/d/f", "root/l => bind/secret", "elsewhere/secret");
    const script = fileURLToPath(new URL("./mounted.ts", import.meta.url));
    const mounts = [
      `mount --bind ${tree.at("elsewhere")} ${tree.at("root/bind")}`,
      `mount --bind ${tree.at("root/d")} ${tree.at("root/again")}`,
      `mount -t tmpfs none ${tree.at("root/memory")}`,
      `echo secret > ${tree.at("root/memory/secret")}`,
      // A user namespace of its own may bind procfs, not mount another one.
      `mount --rbind /proc ${tree.at("root/process")}`,
    ];
    const command = `${mounts.join(" && ")} && exec "$@"`;
    const ran = spawnSync(
      "unshare",
      ["-rm", "--propagation", "private", "sh", "-c", command, "sh", process.execPath, "--conditions", "@postern/source", script, tree.at("root")],
      { encoding: "utf8" },
    );
    expect(ran.stderr).toBe("");
    const crossing = "deny path.mount_crossing mount-crossing";
    expect(JSON.parse(ran.stdout)).toEqual({
      denying: {
        "bind/secret": crossing,
        bind: crossing,
        "bind/missing": crossing,
        l: crossing,
        "memory/secret": crossing,
        "again/f": crossing,
        "process/self/environ": crossing,
        "process/version": crossing,
        "d/f": "allow file d/f",
      },
      allowing: {
        "bind/secret": "allow file bind/secret",
        bind: "allow directory bind",
        "bind/missing": "allow missing bind/missing",
        l: "allow file bind/secret",
        "memory/secret": "allow file memory/secret",
        "again/f": "allow file again/f",
        // No card can give the kernel's own files.
        "process/self/environ": "deny path.mount_crossing pseudo-file-system:proc",
        "process/version": "deny path.mount_crossing pseudo-file-system:proc",
        "d/f": "allow file d/f",
      },
      plain: ["bind/secret", "l", "memory/secret", "again/f", "process/version", "d/f"],
      // The device alone does not tell a bind mount from its surroundings.
      sameDevice: true,
      refusedRoot: expect.stringMatching(/lies on a proc file system/),
    });
  });
});
