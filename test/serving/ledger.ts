import type { CallView } from "@postern/evidence";

/** One request that was made. */
export interface Entry {
  readonly status?: number;
  readonly text: string;
  /** Of the record that it has to have: null where the call was allowed, undefined where it leaves none. */
  readonly code: string | null | undefined;
  readonly about: string;
  /** Told what became of it. */
  readonly note?: (cell: string) => void;
}

interface Recording {
  calls(filter: { readonly after: number }): readonly CallView[];
}

type Line = Pick<CallView, "call" | "code" | "principal" | "tenant" | "decision"> & { readonly about: string | undefined };

/** Holds what was asked of a server against what its evidence says: one record for each request, in order, of the right caller, and no other. */
export class Ledger {
  readonly #server: Recording;
  #last = -1;

  constructor(server: Recording) {
    this.#server = server;
  }

  /**
   * What was recorded since the last time, and what has to be for these requests of one caller. They have to be equal; of
   * a record's id only those answers tell that show a receipt.
   */
  balance(
    entries: readonly Entry[],
    { principal, tenant }: { readonly principal: string; readonly tenant: string },
  ): { readonly recorded: readonly Line[]; readonly due: readonly object[] } {
    const records = this.#server.calls({ after: this.#last });
    this.#last = records.at(-1)?.index ?? this.#last;
    const left = entries.filter(({ code }) => code !== undefined);
    for (const entry of entries) entry.note?.([entry.status, told(entry, records[left.indexOf(entry)])].join(" ").trim());
    return {
      recorded: records.map(({ call, code, decision, ...record }, index) => ({
        call,
        code,
        decision,
        principal: record.principal,
        tenant: record.tenant,
        about: left[index]?.about,
      })),
      due: left.map(({ code, about, text }, index) => {
        const [, call = records[index]?.call] = /"call":"([^"]+)"/.exec(text) ?? [];
        return { call, code, decision: code === null ? "allow" : "deny", principal, tenant, about };
      }),
    };
  }
}

function told({ status, code }: Entry, record: CallView | undefined): string {
  if (code === undefined) return status === undefined ? "served" : "";
  return record === undefined ? "no record" : (record.code ?? "allowed");
}
