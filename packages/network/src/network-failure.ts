import { Failure } from "@postern/policy";
import { PeerMismatch } from "./pinned-client.ts";

/** The failure that an error of a connection stands for; other errors as they are. Its text names no address. */
export function networkFailure(error: unknown): unknown {
  if (error instanceof PeerMismatch) return error;
  const { code = "", name } = error as NodeJS.ErrnoException;
  if (/^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/.test(code)) return failure("net.timeout", "The other side took too long.", error);
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return failure("net.too_large", "The answer is larger on the wire than the limit.", error);
  if (code === "UND_ERR_HEADERS_OVERFLOW") return failure("net.too_large", "The headers of the answer are larger than the limit.", error);
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_|ERROR_IN_|PATH_LENGTH)/.test(code)) {
    return failure("net.tls", "The other side could not prove by TLS who it is.", error);
  }
  // The client library asserts that nobody switches protocols who was not asked to.
  if (name === "HTTPParserError" || code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || code === "ERR_ASSERTION")
    return failure("net.decode", "The answer is not well-formed HTTP.", error);
  if (/^(E[A-Z]+|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/.test(code)) return failure("net.connect", "The connection failed or broke off.", error);
  return error;
}

function failure(code: "net.connect" | "net.tls" | "net.timeout" | "net.too_large" | "net.decode", message: string, cause: unknown): Failure {
  return new Failure(code, message, { cause });
}
