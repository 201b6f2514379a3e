import { readFileSync } from "node:fs";
import { mountId, type Handle } from "./handle.ts";

/** File systems whose files are doors to the kernel, to devices or to other processes. No card can give them. */
const pseudo: ReadonlySet<string> = new Set(
  `proc sysfs devtmpfs devpts cgroup cgroup2 debugfs tracefs securityfs selinuxfs smackfs
  bpf configfs pstore efivarfs mqueue fusectl binfmt_misc nsfs resctrl rpc_pipefs`.split(/\s+/),
);
/** File systems, here or on the server behind them, that find one file under several names: other case, short form (`GIT~1`). */
const aliasing: ReadonlySet<string> = new Set(["vfat", "msdos", "exfat", "ntfs", "ntfs3", "cifs", "smb3", "hfs", "hfsplus", "apfs"]);

export interface Mount {
  readonly id: string;
  /** As in /proc/self/mountinfo: `ext4`, `tmpfs`, `proc`. */
  readonly type: string;
  readonly pseudo: boolean;
  readonly aliases: boolean;
}

/**
 * The mount that a held object lies on. For loading and for crossings that a card allows: it reads the whole mount
 * table. Reads the type by name because devtmpfs cannot be told from tmpfs by statfs.
 */
export function mountOf(held: Handle): Mount {
  const id = mountId(held);
  const line = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .find((one) => one.startsWith(`${id} `));
  const type = line?.split(" - ")[1]?.split(" ")[0] ?? "";
  // A mount that the table does not show is not one to trust.
  return { id, type, pseudo: type === "" || pseudo.has(type), aliases: aliasing.has(type) };
}
