const reserved: ReadonlySet<string> = new Set([
  // whose request it is, and where it ends: each of them is a way to smuggle a second one (RFC 9110 §7.6, RFC 9112 §11.2)
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "keep-alive",
  "expect",
  "http2-settings",
  // what the request asks for and how it is read
  "accept-encoding",
  "content-encoding",
  "content-type",
  "range",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-rewrite-url",
  // who it is said to come from
  "forwarded",
  "via",
  "x-real-ip",
  // one header that carries many values of other owners
  "cookie",
  "cookie2",
  // bound to the request's content by whoever sends it
  "idempotency-key",
]);

const reservedPrefixes = ["proxy-", "x-forwarded-"];

/** Whether a header is one that no credential may be sent in, in any case. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  // All that open a metadata service, which is never given, have the word in their names.
  return reserved.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix)) || lower.includes("metadata");
}
