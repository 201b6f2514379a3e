import { createUrlKind } from "@postern/network";

/** URLs of the hosts of a card, seen from this host. */
export const urlKind = createUrlKind({}, { redirects: 5, connectMs: 10_000, headersMs: 20_000 });
