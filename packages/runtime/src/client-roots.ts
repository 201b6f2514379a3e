import { fileURLToPath } from "node:url";

/** Milliseconds that a call waits for a client which has not yet said what its roots are. */
const patience = 2_000;

/**
 * The roots that a 2025-era client announces. They are guidance and no authority (the specification says so): they
 * narrow what a card gives and can do nothing else. A client that declares roots and then does not answer, or answers
 * with none, has narrowed nothing. A list of which no root is a usable file URI narrows to nothing at all.
 */
export interface ClientRoots {
  /** Asks, or asks again after the client said that they changed. Until the new answer the old one holds. */
  refresh(): void;
  current(): Promise<readonly string[] | undefined> | readonly string[] | undefined;
}

export function createClientRoots(ask: () => Promise<{ readonly roots: readonly { readonly uri: string }[] }>): ClientRoots {
  let known: readonly string[] | undefined;
  let pending: Promise<void> | undefined;

  return {
    refresh() {
      const asked = ask().then(
        ({ roots }) => {
          if (pending === asked) known = roots.length === 0 ? undefined : roots.flatMap(({ uri }) => pathOf(uri));
        },
        () => undefined,
      );
      pending = asked;
      void asked.finally(() => {
        if (pending === asked) pending = undefined;
      });
    },
    current() {
      if (pending === undefined) return known;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience);
      });
      return Promise.race([pending, late]).then(() => {
        clearTimeout(timer);
        return known;
      });
    },
  };
}

function pathOf(uri: string): readonly string[] {
  try {
    return uri.startsWith("file:") ? [fileURLToPath(uri)] : [];
  } catch {
    return [];
  }
}
