import { request } from "node:http";

export interface RawRequest {
  readonly port: number;
  readonly method?: string;
  readonly path?: string;
  /** Pairs, so that a header can come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly token?: string;
  /** Text goes as it is; anything else as JSON, with its content type. */
  readonly body?: unknown;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** Undefined where it is no JSON. */
  readonly json: unknown;
}

/** Sends one HTTP request as it is written, over a connection of its own. */
export function sendRaw({ port, method = "POST", path = "/mcp", headers = [], token, body }: RawRequest): Promise<RawAnswer> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const given = headers.map(([name, value]) => [name, value] as [string, string]);
  const has = (name: string): boolean => given.some(([each]) => each.toLowerCase() === name);
  if (!has("host")) given.push(["Host", `127.0.0.1:${port}`]);
  if (token !== undefined) given.push(["Authorization", `Bearer ${token}`]);
  if (text !== undefined && !has("content-type")) given.push(["Content-Type", "application/json"]);
  if (text !== undefined && !has("content-length") && !has("transfer-encoding")) given.push(["Content-Length", String(Buffer.byteLength(text))]);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, agent: false, headers: given.flat() }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const said = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: said, json: parsed(said) });
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
