import type { Policy, PolicyHttp } from "@postern/policy";
import type { Bind } from "./bind.ts";
import { isLocalName, servedName } from "./served-name.ts";
import { routes } from "./routes.ts";

/** Digests that stand in policies and belong to no caller. */
const nobodys: Readonly<Record<string, string>> = {
  "4b45fbd195cdd156812d873c0bd243616dca39ccd2b6ed8fcb5930917d189fa0": "the README's example",
  e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855: "an empty text",
};

/** What can be served at this address and will hardly work as it is meant: one line each, with what to do. */
export function servingNotes({ principals, http }: Policy, bind: Bind): readonly string[] {
  const byToken = principals.some(({ jwt }) => jwt !== undefined);
  const keyless = principals.flatMap(({ apiKey }, index) => {
    const whose = apiKey === undefined ? undefined : nobodys[apiKey.sha256];
    return whose === undefined ? [] : [`principals.${index}.apiKey: this is the SHA-256 of ${whose}, so nobody has the key; write what postern keygen prints`];
  });
  if (http === undefined) return !byToken ? keyless : [...keyless, "principals with jwt can never call: name the issuers of their tokens in http.issuers"];
  const issued = http.issuers.length > 0;
  return [
    ...keyless,
    ...(issued && !byToken ? ["http.issuers: no principal has jwt, so every token is answered 403; name who calls with one"] : []),
    ...resourceNotes(http, bind),
    ...hostNotes(http, bind),
    ...originNotes(http),
    ...(http.tls !== undefined && http.proxies.length > 0
      ? ["http.proxies: with a certificate (http.tls) everybody may connect, not these proxies only; name one of the two"]
      : []),
  ];
}

/** Clients call that URL, compare it with what the server says of itself, and ask for tokens for it. */
function* resourceNotes(http: PolicyHttp, bind: Bind): Generator<string> {
  const { protocol, host, hostname, pathname, port } = new URL(http.resource);
  const outside = !bind.loopback || http.tls !== undefined;
  const told = (why: string): string => `http.resource: ${why}`;
  // Which port that will be is known later.
  const anyPort = bind.port === 0 && bind.loopback && isLocalName(hostname);
  if (!anyPort && !servedName(host, http, bind)) yield told(`${host} is not among http.allowedHosts, so who calls it there is answered 403; add it`);
  if (pathname !== routes.protocol)
    yield told(`its path is ${pathname}, and the protocol is served at ${routes.protocol} only; write that, or let a proxy map the one to the other`);
  if (protocol === "http:" && outside)
    yield told("it says http, and clients reach this server over https only; write https here, and as the audience of the tokens");
  if (protocol === "https:" && !outside && isLocalName(hostname))
    yield told("it says https, and without a certificate (http.tls) this server speaks http; write http");
  const direct = http.proxies.length === 0 && (http.tls !== undefined || isLocalName(hostname));
  const named = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  if (direct && bind.port !== 0 && named !== bind.port)
    yield told(
      `it says port ${named}, and this server listens on ${bind.port}; write the port that clients connect to, unless something leads the one to the other`,
    );
}

/** A Host header has no port where that is the scheme's own, and then an entry with a port never fits. */
function* hostNotes({ allowedHosts, proxies, tls }: PolicyHttp, bind: Bind): Generator<string> {
  for (const [index, host] of allowedHosts.entries()) {
    const [, name, port] = /^(.*):(\d+)$/.exec(host) ?? [];
    if (name === undefined || port === undefined) continue;
    const place = `http.allowedHosts.${index}`;
    if (Number(port) === (bind.loopback && tls === undefined ? 80 : 443))
      yield `${place}: clients leave out :${port}, so ${host} is no Host that they send; write ${name}`;
    else if (proxies.length === 0 && !bind.loopback && bind.port !== 0 && Number(port) !== bind.port)
      yield `${place}: this server listens on ${bind.port}, so nobody calls it ${host}; write ${name}, which is meant for every port`;
  }
}

/** Browsers write an origin in one way. */
function* originNotes({ allowedOrigins }: PolicyHttp): Generator<string> {
  for (const [index, written] of allowedOrigins.entries()) {
    const sent = URL.canParse(written) ? new URL(written).origin : undefined;
    if (sent !== written) yield `http.allowedOrigins.${index}: no browser sends ${written}${sent === undefined ? "" : `; write ${sent}`}`;
  }
}
