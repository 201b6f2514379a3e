import { Failure, LateDenial, type Change, type Neighbor, type Policy, type RouteCard, type TargetKind } from "@postern/policy";
import { z } from "zod";
import { composed, defineServer, text, tool, type AnyTool, type ServerDefinition } from "../src/index.ts";

/** What happens to a letter: answered, refused at the other end, lost on the way, never sent, or held until it is told to stop. */
export type Course = "answered" | "rejected" | "redirected" | "lost" | "unsent" | "broken" | "silent" | "held";

interface Letter {
  readonly box: string;
  readonly text?: string;
}

interface PostOffice {
  readonly server: ServerDefinition;
  /** What left the house. */
  readonly sent: string[];
}

const boxes = z.record(z.string(), z.strictObject({ course: z.string() })).optional();
type Scope = z.infer<typeof boxes>;

/** A server whose tools are declared by its cards: one for each box that a card names. */
export function createPostOffice(): PostOffice {
  const sent: string[] = [];
  const shape = { boxes };

  function kindOf(box: string): TargetKind<typeof shape, Letter, Scope, Letter, (course: Course, signal: AbortSignal) => Promise<string>> {
    return {
      name: "letter",
      targets: shape,
      scope: (targets) => (targets as { readonly boxes: Scope }).boxes,
      close: () => undefined,
      grants: (scope) => scope?.[box] !== undefined,
      index: (scopes) => () => [...scopes.keys()],
      overlap: () => box,
      resolve: (raw, _scope, { argument, operation }) => ({
        decision: "allow",
        record: { kind: "letter", argument, raw: JSON.stringify(raw), operation, decision: "allow", canonical: box },
        held: raw,
      }),
      identity: ({ held }) => JSON.stringify([box, held]),
      mint:
        ({ held }) =>
        (course, signal) =>
          post(`${box}: ${held.text ?? ""}`, course, signal),
      release: () => undefined,
      neighbors: (): readonly Neighbor<Letter>[] => [],
      describe: () => [`box ${box}`],
      show: (raw) => JSON.stringify(raw),
    };
  }

  function change(durable: boolean, status?: number): readonly [Change] {
    return [{ argument: "letter", change: "sent", after: { bytes: 1, sha256: "0".repeat(64) }, durable, ...(status !== undefined && { status }) }];
  }

  async function post(letter: string, course: Course, signal: AbortSignal): Promise<string> {
    if (course === "unsent") throw new Failure("net.connect", "The door is closed.");
    sent.push(letter);
    if (course === "rejected") throw new Failure("net.status", "Refused.", { changes: change(true, 422), said: "no: AKIAIOSFODNN7EXAMPLE" });
    if (course === "redirected") throw new LateDenial("net.redirect", "Moved.", { changes: change(true, 307) });
    if (course === "broken") throw new Error("a fault of the handler");
    if (course === "held") await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (course === "lost" || course === "held") throw new Failure("net.unknown", "It is on its way.", { changes: change(false) });
    return "200";
  }

  function toolFor(box: string, course: Course): AnyTool {
    return tool({
      name: box,
      title: box,
      description: "Posts one letter to a box.",
      effect: "irreversible",
      once: "key",
      deadlineMs: 500,
      input: z.strictObject({ box: z.string(), text: z.string().optional(), key: z.string().optional(), loud: z.boolean().optional() }),
      targets: { letter: composed(kindOf(box), { argument: "letter", takes: ["box", "text"], access: "write", operation: "post" }) },
      async run({ targets, context }) {
        const status = await targets.letter(course, context.signal);
        if (course === "silent") return undefined as never;
        return { ...text(`answered ${status}`), changes: change(true, Number(status)) };
      },
    });
  }

  const server = defineServer({
    name: "post",
    version: "1.0.0",
    instructions: "Posts letters to the boxes that a card names.",
    tools: [],
    declares: {
      kind: kindOf(""),
      tools: (cards: readonly RouteCard[], _file: Policy["file"]) =>
        cards.flatMap(({ targets }) =>
          Object.entries((targets["boxes"] ?? {}) as Record<string, { readonly course: Course }>).map(([box, { course }]) => toolFor(box, course)),
        ),
    },
  });
  return { server, sent };
}
