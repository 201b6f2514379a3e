import { actionRoutes } from "./actions.ts";
import { alertRoutes } from "./alerts.ts";
import { appRoutes } from "./apps.ts";
import { beyondRoutes } from "./beyond.ts";
import { branchRoutes } from "./branches.ts";
import type { Route } from "./call.ts";
import { commitRoutes } from "./commits.ts";
import { contentsRoutes } from "./contents.ts";
import { contentsWriteRoutes } from "./contents-write.ts";
import { gitDataRoutes } from "./git-data.ts";
import { gitDataWriteRoutes } from "./git-data-write.ts";
import { issueRoutes } from "./issues.ts";
import { mergeRoutes } from "./merging.ts";
import { pullRoutes } from "./pulls.ts";
import { reviewRoutes } from "./reviews.ts";
import { searchRoutes } from "./search.ts";

/** Where two fit, the first one answers. */
export const routes: readonly Route[] = [
  ...branchRoutes,
  ...contentsRoutes,
  ...commitRoutes,
  ...gitDataRoutes,
  ...searchRoutes,
  ...issueRoutes,
  ...pullRoutes,
  ...actionRoutes,
  ...alertRoutes,
  ...gitDataWriteRoutes,
  ...contentsWriteRoutes,
  ...mergeRoutes,
  ...reviewRoutes,
  ...appRoutes,
  ...beyondRoutes,
];

/** Parameters that may hold slashes, as they are or encoded. */
const wide = new Set(["path", "ref", "branch", "tag", "tree_sha", "basehead"]);

const compiled = routes.map((route) => ({
  route,
  pattern: compile(route.template),
  names: [...route.template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
}));

function compile(template: string): RegExp {
  const source = template.replaceAll(/\/\{(\w+)\}|[.]/g, (text, name: string | undefined) => {
    if (name === undefined) return `\\${text}`;
    if (name === "path") return "(?:/(.*))?";
    return wide.has(name) ? "/(.+)" : "/([^/]*)";
  });
  return new RegExp(`^${source}$`);
}

export interface Matched {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
  /** What is wrong with the path by itself. */
  readonly wrong: readonly string[];
}

/** The operation of a path as it came, below the base path. */
export function matchRoute(method: string, path: string): Matched | undefined {
  for (const { route, pattern, names } of compiled) {
    const found = route.method === method ? pattern.exec(path) : null;
    if (found === null) continue;
    const parameters: Record<string, string> = {};
    const wrong: string[] = [];
    for (const [index, name] of names.entries()) {
      try {
        parameters[name] = decodeURIComponent(found[index + 1] ?? "");
      } catch {
        wrong.push(`path ${name} is not encoded as it has to be`);
      }
      if (!wide.has(name) && parameters[name]?.includes("/") === true) wrong.push(`path ${name} has a slash`);
    }
    return { route, parameters, wrong };
  }
  return undefined;
}
