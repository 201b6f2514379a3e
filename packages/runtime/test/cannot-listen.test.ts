import { describe, expect, test } from "vitest";
import { readBind } from "../src/http/bind.ts";
import { cannotListen } from "../src/http/cannot-listen.ts";

describe("why nothing can listen at an address is told with what to do", () => {
  test.each([
    ["127.0.0.1:80", "EACCES", "cannot listen on 127.0.0.1:80 (EACCES): this user may not take this port; take one from 1024 on, or put a proxy before it"],
    ["[::1]:8080", "EADDRINUSE", "cannot listen on [::1]:8080 (EADDRINUSE): another program listens there already; end it, or take another port"],
    ["[::1]:8080", "ESTRANGE", "cannot listen on [::1]:8080 (ESTRANGE)"],
  ])("%s %s", (address, code, line) => {
    expect(cannotListen(readBind(address) ?? expect.unreachable("it is an address"), code)).toBe(line);
  });
});
