import { fileURLToPath } from "node:url";

/** Milliseconds that calls wait for a client to name its roots, from when it was asked. */
const patience = 2_000;
/** Roots of one list that are looked at; what comes after them gives nothing. */
const mostRoots = 1_000;
const none: readonly string[] = [];

/**
 * The roots of a 2025-era client that declared them. They are guidance and no authority (the specification says so): they
 * narrow what a card gives and can do nothing else. Fails closed: a client that declared roots and has not named them in
 * time, that answers with an error, or with what is no list, has narrowed everything away. So has an empty list, and one
 * of which no root is a usable file URI. An answer that comes too late holds from then on.
 */
export interface ClientRoots {
  /** The client may be asked from now on, and is. One question is open at a time. */
  ready(ask: () => Promise<unknown>): void;
  /** The client said that they changed: what it named before holds no longer, and it is asked again. */
  changed(): void;
  /** The same array for as long as the same answer holds. Waits for an open question, four seconds at the longest. */
  current(): Promise<readonly string[]> | readonly string[];
}

/** Begins to wait at once: the client declared its roots, and may be asked for them a little later. */
export function createClientRoots(): ClientRoots {
  let known = none;
  let ask: (() => Promise<unknown>) | undefined;
  let asking = false;
  let stale = false;
  let round = begin();

  function begin(): { readonly over: Promise<void>; end(): void; open: boolean } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => started.end(), patience);
    const started = {
      over: promise,
      open: true,
      end() {
        started.open = false;
        clearTimeout(timer);
        resolve();
      },
    };
    return started;
  }

  function expect(): void {
    known = none;
    const before = round;
    round = begin();
    // whoever waits since before goes on to the new question.
    before.end();
    if (asking) stale = true;
    else if (ask !== undefined) void put(ask);
  }

  async function put(question: () => Promise<unknown>): Promise<void> {
    asking = true;
    do {
      stale = false;
      const named = await question().then(pathsOf, () => none);
      if (!stale) known = named;
    } while (stale);
    asking = false;
    round.end();
  }

  return {
    ready(how) {
      ask = how;
      expect();
    },
    changed: expect,
    current() {
      return round.open ? waited() : known;
    },
  };

  async function waited(): Promise<readonly string[]> {
    const latest = performance.now() + patience;
    while (round.open && performance.now() < latest) await round.over;
    return known;
  }
}

/** The usable ones of a list of roots: local `file:` URIs. One that is not is left out and spoils no other. */
function pathsOf(answer: unknown): readonly string[] {
  const roots: unknown = typeof answer === "object" && answer !== null && "roots" in answer ? answer.roots : undefined;
  return Array.isArray(roots) ? [...new Set(roots.slice(0, mostRoots).flatMap(pathOf))] : none;
}

function pathOf(root: unknown): readonly string[] {
  const uri: unknown = typeof root === "object" && root !== null && "uri" in root ? root.uri : undefined;
  if (typeof uri !== "string" || !uri.startsWith("file:")) return [];
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
}
