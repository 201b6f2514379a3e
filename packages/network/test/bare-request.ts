import { once } from "node:events";
import { Client } from "undici";

/** What our fetch is measured beside: the same client library, a connection for one request, the body in one piece, and no guard. */
export async function bareRequest(url: URL): Promise<Buffer> {
  const client = new Client(url.origin);
  try {
    const { body } = await client.request({ path: url.pathname, method: "GET", reset: true });
    const parts: Buffer[] = [];
    body.on("data", (part: Buffer) => parts.push(part));
    await once(body, "end");
    return Buffer.concat(parts);
  } finally {
    await client.destroy();
  }
}
