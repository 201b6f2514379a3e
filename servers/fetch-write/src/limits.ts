import type { SendLimits } from "@postern/network/write";

/** Of one request. */
export const limits: SendLimits = { connectMs: 10_000, headersMs: 20_000, answerBytes: 256 * 1024 };
