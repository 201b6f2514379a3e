import { HostTable } from "./host-table.ts";
import type { UrlScope } from "./url-scope.ts";

/** Positions of the scopes by their hosts. */
export function tableOf(scopes: readonly UrlScope[]): HostTable<number> {
  const table = new HostTable<number>();
  for (const [position, { hosts }] of scopes.entries()) for (const pattern of hosts) table.add(pattern, position);
  return table;
}

const tables = new WeakMap<readonly UrlScope[], HostTable<number>>();

/** Whether a card is the one that governs a host, among all of its principal's. */
export function governs(scope: UrlScope, beside: readonly UrlScope[], host: string): boolean {
  let table = tables.get(beside);
  if (table === undefined) tables.set(beside, (table = tableOf(beside)));
  return table.governing(host).some((position) => beside[position] === scope);
}
