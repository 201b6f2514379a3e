export type Resource = "core" | "search" | "code_search";

export interface Rate {
  readonly resource: Resource;
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  /** Seconds since 1970. */
  readonly reset: number;
}

/** Who asks without a token. */
export const nobody = "nobody";

const windows: Readonly<Record<Resource, number>> = { core: 3600, search: 60, code_search: 60 };

/** What each owner of a quota has used of it. */
export class Rates {
  readonly #limits: Readonly<Record<Resource, number>>;
  readonly #used = new Map<string, { used: number; reset: number }>();

  constructor(limits: Partial<Record<Resource, number>>) {
    this.#limits = { core: 5000, search: 30, code_search: 10, ...limits };
  }

  /** Counts one request, unless nothing is left. */
  take(owner: string, resource: Resource): Rate & { readonly exceeded: boolean } {
    const window = this.#window(owner, resource);
    const exceeded = window.used >= this.#limit(owner, resource);
    if (!exceeded) window.used += 1;
    return { ...this.read(owner, resource), exceeded };
  }

  read(owner: string, resource: Resource): Rate {
    const { used, reset } = this.#window(owner, resource);
    const limit = this.#limit(owner, resource);
    return { resource, limit, used, remaining: limit - used, reset };
  }

  #limit(owner: string, resource: Resource): number {
    return owner === nobody ? Math.min(60, this.#limits[resource]) : this.#limits[resource];
  }

  #window(owner: string, resource: Resource): { used: number; reset: number } {
    const key = `${resource} ${owner}`;
    const now = Math.floor(Date.now() / 1000);
    const known = this.#used.get(key);
    if (known !== undefined && known.reset > now) return known;
    const made = { used: 0, reset: now + windows[resource] };
    this.#used.set(key, made);
    return made;
  }
}

export function rateHeaders({ resource, limit, remaining, used, reset }: Rate): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-used": String(used),
    "x-ratelimit-reset": String(reset),
    "x-ratelimit-resource": resource,
  };
}
