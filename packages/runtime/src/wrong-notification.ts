import type { Notification } from "./message.ts";

const known: ReadonlySet<string> = new Set([
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
]);

/** Why a notification means nothing to a server; undefined: it does. A call that nobody could be answered for is none. */
export function wrongNotification({ method, params }: Notification): string | undefined {
  if (method === "tools/call") return "call-without-id";
  if (!known.has(method)) return "unknown-notification";
  const id = params?.["requestId"];
  return method === "notifications/cancelled" && typeof id !== "string" && typeof id !== "number" ? "cancelled-without-id" : undefined;
}
