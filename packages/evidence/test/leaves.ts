import { openSqlite } from "../src/sqlite.ts";

/** The bodies of all leaves, in order, read through a connection of its own. */
export function leafBodies(file: string): Buffer[] {
  const database = openSqlite(file, { readonly: true, busyMs: 1000 });
  try {
    return database.pluck<Buffer>("SELECT body FROM leaf ORDER BY seq").all();
  } finally {
    database.close();
  }
}

export function leaves(file: string): Record<string, unknown>[] {
  return leafBodies(file).map((body) => JSON.parse(body.toString()) as Record<string, unknown>);
}
