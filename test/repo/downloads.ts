import type { RequestListener } from "node:http";
import type { GithubState } from "./github-state.ts";

export interface Downloaded {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

/** The place that signed addresses lead to. It knows no tokens, and refuses who shows one. */
export function downloadsOf(state: GithubState, requests: Downloaded[], violations: string[]): RequestListener {
  return (request, response) => {
    const { method = "", url = "", headers } = request;
    requests.push({ method, url, authorization: headers.authorization });
    const { pathname, searchParams } = new URL(url, "http://downloads.example");
    if (headers.authorization !== undefined) {
      violations.push(`${method} ${pathname}: a token was shown to the place of downloads`);
      response.writeHead(400).end("Authentication information is not given in the correct format.");
      return;
    }
    const id = Number(/^\/job-logs\/(\d+)\.txt$/.exec(pathname)?.[1]);
    const jobs = [...state.repositories.values()].flatMap((repository) => repository.runs.flatMap((run) => run.jobs));
    const job = jobs.find((each) => each.id === id);
    if (job === undefined) response.writeHead(404).end("not here");
    else if (searchParams.get("sig") !== `JOBLOGSIG${id}CANARY`) response.writeHead(403).end("Signature did not match.");
    else response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(job.log);
  };
}
