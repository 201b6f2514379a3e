import { randomUUID } from "node:crypto";
import type { RequestId, Response } from "./message.ts";
import type { Question } from "./question.ts";

/** Our own questions to one client that are not answered yet. */
export interface ClientQuestions {
  /** Sends one and waits for the result; that of an answer which is an error is undefined. Once `signal` aborts it is taken back, and no answer to it counts. */
  ask(question: Question, send: (message: object) => void, signal: AbortSignal): Promise<unknown>;
  /** Hands an answer to whoever waits for it. False: nothing was asked by this id. */
  take(response: Response): boolean;
}

export function createClientQuestions(): ClientQuestions {
  const open = new Map<RequestId, (response: Response) => void>();
  return {
    ask(question, send, signal) {
      // Not to be guessed: an answer that was not asked for meets none of them.
      const id = `approval-${randomUUID()}`;
      return new Promise((resolve, reject) => {
        const withdraw = (): void => {
          if (!open.delete(id)) return;
          send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id, reason: "The question is taken back." } });
          reject(new DOMException("The question was taken back.", "AbortError"));
        };
        open.set(id, ({ result }) => {
          signal.removeEventListener("abort", withdraw);
          resolve(result);
        });
        if (signal.aborted) {
          open.delete(id);
          reject(new DOMException("The question was never asked.", "AbortError"));
          return;
        }
        signal.addEventListener("abort", withdraw, { once: true });
        send({ jsonrpc: "2.0", id, method: "elicitation/create", params: question });
      });
    },
    take(response) {
      const waiting = response.id === undefined ? undefined : open.get(response.id);
      if (waiting === undefined || response.id === undefined) return false;
      open.delete(response.id);
      waiting(response);
      return true;
    },
  };
}
