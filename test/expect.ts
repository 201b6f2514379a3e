import { policyMatchers, type PolicyMatchers } from "@postern/testing";
import { expect } from "vitest";

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends PolicyMatchers<R> {}
}

expect.extend(policyMatchers);

export { expect };
