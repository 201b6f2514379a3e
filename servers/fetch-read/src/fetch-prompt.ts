import type { Prompt } from "@postern/runtime";

/** The official server's prompt, under the policy of the tool. A user who wants more than fits takes the tool's pages. */
export const fetchPrompt: Prompt = {
  name: "fetch",
  title: "Fetch",
  description: "Fetches a URL and puts what it says before the model, as data from elsewhere.",
  arguments: [{ name: "url", description: "The URL, with http:// or https://.", required: true }],
  tool: "fetch",
  fixed: { max_length: 100_000 },
};
