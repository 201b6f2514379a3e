import { z } from "zod";
import type { RouteCard } from "../src/route-card.ts";
import type { Policy } from "../src/policy.ts";
import type { Refused, Resolution, Resolved, TargetKind } from "../src/target-kind.ts";

export interface TicketScope {
  readonly route: string;
  readonly projects: readonly { readonly name: string; readonly closed: readonly string[]; readonly write: boolean }[];
}

interface Options {
  /** Answers as promises. */
  readonly slow?: boolean;
  /** Where a ticket really is, when it is only a reference. */
  readonly links?: ReadonlyMap<string, string>;
  /** Where `resolve` fails. */
  readonly broken?: (raw: string, scope: TicketScope) => boolean;
  readonly name?: string;
  /** Leaves the optional `keys` out. */
  readonly withoutKeys?: boolean;
}

/**
 * A target kind as a newcomer would write one: tickets named `project/sub/12`, projects nested like folders, looked up
 * by prefix. It counts what the matcher asks of it and knows at any time what is held and open.
 */
export function ticketKind(options: Options = {}) {
  const counts = { scoped: 0, indexed: 0, visited: 0, resolved: 0, released: 0, overlaps: 0 };
  const held = new Set<string>();
  const open = new Set<TicketScope>();
  const key = options.name === undefined ? "projects" : `${options.name}s`;
  const shape = {
    [key]: z.array(z.strictObject({ name: z.string(), closed: z.array(z.string()).default([]), write: z.boolean().default(false) })).default([]),
  };
  let serial = 0;
  const kind: TargetKind<typeof shape, string, TicketScope, { readonly ticket: string; readonly serial: string }, { readonly ticket: string }> = {
    name: options.name ?? "ticket",
    targets: shape,
    scope(targets, { route }) {
      const projects = (targets as Record<string, TicketScope["projects"]>)[key] ?? [];
      if (projects.some(({ name }) => name === "gone")) throw new Error("the project gone does not exist");
      counts.scoped++;
      const scope = { route, projects };
      open.add(scope);
      return scope;
    },
    close(scope) {
      if (!open.delete(scope)) throw new Error("closed twice");
    },
    grants: (scope, access) => scope.projects.some(({ write }) => access === "read" || write),
    index(scopes) {
      counts.indexed++;
      const positions = new Map<string, number[]>();
      for (const [position, scope] of scopes.entries()) {
        for (const { name } of scope.projects) positions.set(name, [...(positions.get(name) ?? []), position]);
      }
      return (raw) => {
        // A bare number is relative: any project may have it.
        if (!raw.includes("/")) return [...scopes.keys()];
        for (let prefix = raw; prefix.includes("/"); ) {
          prefix = prefix.slice(0, prefix.lastIndexOf("/"));
          counts.visited++;
          const found = positions.get(prefix);
          if (found !== undefined) return found;
        }
        return [];
      };
    },
    overlap(one, other) {
      counts.overlaps++;
      return one.projects.find(({ name }) => other.projects.some((each) => each.name === name))?.name;
    },
    resolve(raw, scope, context) {
      counts.resolved++;
      if (options.broken?.(raw, scope) === true) throw new Error("the ticket system is down");
      const resolution = resolve(raw, scope, context);
      return options.slow === true ? Promise.resolve(resolution) : resolution;
    },
    mint: ({ held: { ticket } }) => ({ ticket }),
    release({ held: { serial: number } }: Resolved<{ readonly ticket: string; readonly serial: string }>) {
      if (!held.delete(number)) throw new Error("released twice");
      counts.released++;
    },
    neighbors: (scope) =>
      scope.projects.flatMap(({ name, closed }) => [
        { name: "sibling", raw: `${name}x/1`, operation: "ticket", codes: ["path.outside_root"] as const },
        ...closed.map((part) => ({ name: "closed", raw: `${name}/${part}`, operation: "ticket", codes: ["path.excluded"] as const })),
      ]),
    describe: (scope) => scope.projects.map(({ name }) => `tickets of ${name}`),
    show: (raw) => raw,
    ...(options.withoutKeys === true ? {} : { keys: (scope: TicketScope) => scope.projects.map(({ name }) => name) }),
  };

  function resolve(raw: string, scope: TicketScope, context: { argument: string; operation: string; beside: readonly TicketScope[] }) {
    if (!context.beside.includes(scope)) throw new Error("the scope is not among those beside it");
    const canonical = options.links?.get(raw) ?? (raw.includes("/") ? raw : `${scope.projects[0]?.name}/${raw}`);
    const record = { kind: kind.name, argument: context.argument, raw, operation: context.operation, canonical };
    const deny = (code: Refused["code"], rule: string): Resolution<never> => ({
      decision: "deny",
      code,
      rule,
      message: `${raw} is refused (${rule}).`,
      record: { ...record, decision: "deny", code },
    });
    const project = scope.projects.find(({ name }) => canonical.startsWith(`${name}/`));
    if (project === undefined) return deny("path.outside_root", "outside");
    if (project.closed.some((part) => canonical.startsWith(`${project.name}/${part}`))) return deny("path.excluded", "closed");
    const number = String(serial++);
    held.add(number);
    return { decision: "allow" as const, record: { ...record, decision: "allow" as const }, held: { ticket: canonical, serial: number } };
  }

  return { kind, counts, held, open };
}

export function card(id: string, targets: unknown, more: Partial<RouteCard> = {}): RouteCard {
  return {
    id,
    server: "tickets",
    principals: ["me"],
    tools: "*",
    targets: Array.isArray(targets)
      ? { projects: targets.map((each: unknown) => (typeof each === "string" ? { name: each } : each)) }
      : (targets as RouteCard["targets"]),
    redact: "secrets",
    approval: "none",
    neighbors: { allow: [], deny: [] },
    line: 7,
    column: 5,
    ...more,
  };
}

export function policyOf(...routes: RouteCard[]): Policy {
  return {
    file: "policy.yaml",
    digest: "0".repeat(64),
    principals: [{ id: "me", tenant: "default", stdio: true }],
    routes,
    credentials: [],
    budgets: [],
    notes: [],
  };
}

export const place = { server: "tickets", home: "/home/me", base: "/home/me", own: [] };
