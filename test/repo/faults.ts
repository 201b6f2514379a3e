/** How the host, or what stands before it, fails. What is done before it fails is done: `after` says so where it is a choice. */
export type Fault =
  | { readonly kind: "redirect"; readonly status?: 301 | 302 | 303 | 307 | 308; readonly to: string }
  | { readonly kind: "status"; readonly status: number; readonly after?: boolean }
  | { readonly kind: "html"; readonly status?: number }
  | { readonly kind: "primary-limit" }
  | { readonly kind: "secondary-limit"; readonly status?: 403 | 429; readonly retryAfter?: number }
  | { readonly kind: "not-modified" }
  /** The connection ends within the body. */
  | { readonly kind: "reset" }
  /** The connection ends before any byte of an answer. */
  | { readonly kind: "hang-up"; readonly after?: boolean }
  /** A whole body that is half a JSON text. */
  | { readonly kind: "truncated" }
  /** Fields that each object of the answer gets in place of its own. */
  | {
      readonly kind: "lie";
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
      change?(body: unknown): unknown;
    }
  | { readonly kind: "truncated-tree" }
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** Answers when this is settled. */
  | { readonly kind: "held"; readonly until: Promise<unknown> }
  /** So many bytes, as one JSON text. */
  | { readonly kind: "huge"; readonly bytes: number }
  /** The token may do all that the installation may, whatever was asked for. */
  | { readonly kind: "wider-mint" };

export interface When {
  /** For how many requests. Default: 1. */
  readonly times?: number;
  readonly method?: string;
  /** Of the path below the base path. */
  readonly path?: RegExp;
}

/** Faults that wait for the requests that they are for; the first that fits is used. */
export class Faults {
  readonly #waiting: { readonly fault: Fault; readonly when: When; left: number }[] = [];

  next(fault: Fault, when: When = {}): void {
    this.#waiting.push({ fault, when, left: when.times ?? 1 });
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  /** Faults that no request has met yet. */
  get left(): number {
    return this.#waiting.reduce((sum, { left }) => sum + (Number.isFinite(left) ? left : 0), 0);
  }

  take(method: string, path: string): Fault | undefined {
    const index = this.#waiting.findIndex(({ when }) => (when.method ?? method) === method && when.path?.test(path) !== false);
    const found = this.#waiting[index];
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting.splice(index, 1);
    return found.fault;
  }
}

/** The same answer with other fields, in each object of a list or in the one that there is. */
export function lied(body: unknown, { fields, change }: Extract<Fault, { readonly kind: "lie" }>): unknown {
  if (change !== undefined) return change(structuredClone(body));
  if (Array.isArray(body)) return body.map((item: unknown) => lied(item, { kind: "lie", ...(fields !== undefined && { fields }) }));
  return typeof body === "object" && body !== null ? { ...body, ...fields } : body;
}
