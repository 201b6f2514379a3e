import { Failure, type Committed, type Neighbor, type Refused, type Resolution, type TargetKind } from "@postern/policy";
import { z } from "zod";
import { defineServer, many, one, text, tool, type ServerDefinition } from "../src/index.ts";

/**
 * A server over nothing but memory, for driving the guard: books on shelves. A card names shelves; `history/rome` is the
 * book `rome` on the shelf `history`. What was opened can be read off `opened`, so a test sees that nothing was.
 */
export interface Book {
  readonly name: string;
  open(): string;
}

interface Scope {
  readonly shelves: readonly string[];
}

/** Not every library throws errors. */
const thrownText: Error = "secret internals in /srv/secret" as unknown as Error;

export interface Library {
  readonly server: ServerDefinition;
  readonly opened: string[];
  /** Targets resolved and not yet let go. */
  readonly held: Set<string>;
}

const shelves = z.array(z.string().min(1).max(40)).max(20);

export function createLibrary(onOpen: (book: string) => void = () => undefined): Library {
  const opened: string[] = [];
  const held = new Set<string>();
  let serial = 0;

  const kind: TargetKind<{ shelves: typeof shelves }, string, Scope, { readonly book: string; readonly key: string }, Book> = {
    name: "book",
    targets: { shelves },
    scope: (targets) => targets as Scope,
    close: () => undefined,
    grants: (scope) => scope.shelves.length > 0,
    index: (scopes) => (raw) => scopes.flatMap((scope, at) => (scope.shelves.includes(shelfOf(raw)) ? [at] : [])),
    overlap: (here, there) => here.shelves.find((shelf) => there.shelves.includes(shelf)),
    resolve(
      raw,
      scope,
      context,
    ): Resolution<{ readonly book: string; readonly key: string }> | Promise<Resolution<{ readonly book: string; readonly key: string }>> {
      if (raw === "history/unresolvable") throw new Error("the catalog at /srv/secret/catalog is broken");
      const record = { kind: "book", argument: context.argument, raw, operation: context.operation };
      const refuse = (code: Refused["code"], rule: string, message: string): Refused => ({
        decision: "deny",
        code,
        rule,
        message,
        record: { ...record, decision: "deny", code },
      });
      const narrowed = context.clientRoots !== undefined && !context.clientRoots.includes(`/${shelfOf(raw)}`);
      if (!scope.shelves.includes(shelfOf(raw)) || narrowed) return refuse("path.outside_root", "shelf", `${raw} is on no shelf of the card.`);
      if (raw.endsWith("/diary")) return refuse("path.protected", "protected:diary", "Diaries are never lent.");
      serial += 1;
      const key = `${raw}#${serial}`;
      held.add(key);
      return { decision: "allow", record: { ...record, decision: "allow", canonical: raw, root: shelfOf(raw) }, held: { book: raw, key } };
    },
    mint: ({ held: { book } }, _committed: Committed) => ({
      name: book,
      open() {
        opened.push(book);
        onOpen(book);
        if (book.endsWith("/lost")) throw new Failure("fs.not_found", `${book} does not exist.`);
        return `pages of ${book}`;
      },
    }),
    release: ({ held: { key } }) => void held.delete(key),
    neighbors: (scope): readonly Neighbor<string>[] =>
      scope.shelves.map((shelf) => ({ name: "sibling", raw: `${shelf}-annex/rome`, operation: "read", codes: ["path.outside_root"] })),
    describe: (scope) => scope.shelves.map((shelf) => `shelf ${shelf}`),
    show: (raw) => raw,
  };

  const book = z.string().min(1).max(200);
  const read = { access: "read", operation: "read" } as const;
  const server = defineServer({
    name: "shelf",
    version: "1.2.3",
    instructions: "Lends books from the shelves that a card names.",
    quickStart: {
      positionals: "SHELF",
      targets: ({ positionals }) => (positionals.length === 0 ? undefined : { shelves: positionals }),
    },
    guarantee: () => {
      if (process.env["SHELF_GUARANTEE"] === "broken") throw new Error("books do not stay on their shelves");
      return ["books stay on their shelves"];
    },
    tools: [
      tool({
        name: "read_book",
        title: "Read a book",
        description: "Gives the pages of one book.",
        effect: "read",
        input: z.strictObject({ book, loud: z.boolean().optional(), nested: z.json().optional() }),
        targets: { book: one(kind, { argument: "book", ...read }) },
        run: ({ targets, input }) => text(input.loud === true ? targets.book.open().toUpperCase() : targets.book.open()),
      }),
      tool({
        name: "read_books",
        title: "Read several books",
        description: "Gives the pages of several books, each on its own.",
        effect: "read",
        input: z.strictObject({ books: z.array(book).min(1).max(50) }),
        targets: { books: many(kind, { argument: "books", ...read }) },
        run: ({ targets }) => text(targets.books.map((each) => ("denial" in each ? `${each.shown}: ${each.denial.code}` : each.authority.open())).join("\n")),
      }),
      tool({
        name: "list_shelves",
        title: "List the shelves",
        description: "Names the shelves that may be used.",
        effect: "read",
        input: z.strictObject({}),
        targets: {},
        run: ({ context }) => text(context.granted.join("\n")),
      }),
      tool({
        name: "linger",
        title: "Linger over a book",
        description: "Takes its time, and tells how far it is.",
        effect: "read",
        deadlineMs: 400,
        input: z.strictObject({ book, milliseconds: z.int().min(0).max(60_000), deaf: z.boolean().default(false) }),
        targets: { book: one(kind, { argument: "book", ...read }) },
        async run({ targets, input, context }) {
          targets.book.open();
          const until = performance.now() + input.milliseconds;
          for (let step = 1; performance.now() < until; step += 1) {
            context.progress(step, undefined, `step ${step}`);
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (!input.deaf && context.signal.aborted) throw new Error("stopped in /srv/secret");
          }
          return text("done");
        },
      }),
      tool({
        name: "misbehave",
        title: "Misbehave",
        description: "Ends in each of the ways that a handler must not.",
        effect: "read",
        input: z.strictObject({ how: z.enum(["throw", "throw-text", "bigint", "cycle", "large", "structured", "nothing"]), size: z.int().optional() }),
        targets: {},
        run({ input: { how, size = 0 } }) {
          const cycle: Record<string, unknown> = {};
          cycle["self"] = cycle;
          switch (how) {
            case "throw":
              throw new Error("secret internals in /srv/secret/handler.ts");
            case "throw-text":
              throw thrownText;
            case "bigint":
              return { content: [], structuredContent: { value: 1n } };
            case "cycle":
              return { content: [], structuredContent: cycle };
            case "large":
              return text('"'.repeat(size));
            case "structured":
              return { content: [{ type: "text", text: "see data" }], structuredContent: { pages: ["a"] }, withheld: 3 };
            default:
              return undefined as never;
          }
        },
      }),
      tool({
        name: "stamp_book",
        title: "Stamp a book",
        description: "Leaves a stamp; off unless the card says so.",
        effect: "write",
        offUnless: "stamp",
        input: z.strictObject({ book }),
        targets: { book: one(kind, { argument: "book", access: "write", operation: "stamp" }) },
        run: ({ targets }) => text(`stamped ${targets.book.open()}`),
      }),
    ],
  });
  return { server, opened, held };
}

function shelfOf(raw: string): string {
  return raw.slice(0, raw.indexOf("/"));
}
