import { expect, test } from "vitest";
import { credentialFile } from "../src/index.ts";

const place = { home: "/home/ada", base: "/etc/postern" };

test.each([
  ["/run/secrets/token", "/run/secrets/token"],
  ["~/token", "/home/ada/token"],
  ["~", "/home/ada"],
  ["token", "/etc/postern/token"],
  ["../token", "/etc/token"],
  ["~ada/token", "/etc/postern/~ada/token"],
])("a credential's file %s is read at %s", (written, path) => {
  expect(credentialFile(written, place)).toBe(path);
});

test("where there is no home, nothing is read at the file system's root", () => {
  expect(credentialFile("~/token", { ...place, home: "" })).toBe("/etc/postern/~/token");
});
