import { startServer } from "@postern/testing";
import { describe, test } from "vitest";
import { expect } from "../expect.ts";
import { repoReaderBin } from "../subjects.ts";

describe("one flag is a policy (R1, R2)", () => {
  test("a token of the environment goes to the host's interface alone, and nothing else of the host is given", async () => {
    await using server = await startServer({ bin: repoReaderBin, args: ["--repo", "acme/widget"], env: { GITHUB_TOKEN: "canary-token-of-the-environment" } });
    expect(await server.call("list_allowed_repositories")).toAllow();
    expect(await server.call("get_repository", { owner: "acme", repo: "widget2" })).toDenyWith("repo.not_allowed");
    expect(await server.list()).not.toContain("list_secret_scanning_alerts");
    expect(server.process.stderr).not.toContain("canary");
  });
});
