import type { TargetOption } from "@postern/policy";
import type { CallContext } from "@postern/runtime";

type Options = CallContext["options"];

/** What a card may say beside its roots. */
export const options: readonly TargetOption[] = [
  { key: "delete", values: ["deny", "allow"], description: "allow: gives delete_file, which does not exist otherwise." },
  {
    key: "overwrite",
    values: ["write", "irreversible"],
    description: "irreversible: write_file without ifMatch is recorded in the strictest class, decision and outcome on disk. Default: write.",
  },
  {
    key: "durability",
    values: ["fsync", "none"],
    description:
      "none: a power cut may take the last changes and their records; nothing else changes. Default: fsync, each one is on disk before it is answered.",
  },
];

/** Whether changes are confirmed on disk before they are answered. */
export function isDurable(chosen: Options): boolean {
  return chosen["durability"] !== "none";
}

/** What every change is given: when to stop, how far to go, whom to tell. */
export function howToWrite({ signal, options: chosen, visible }: CallContext) {
  return { signal, durable: isDurable(chosen), onVisible: visible };
}

/** The class of an ordinary write under its card. */
export function writeClass({ options: chosen }: { readonly options: Options }): { readonly effect: "write"; readonly relaxed: boolean } {
  return { effect: "write", relaxed: !isDurable(chosen) };
}

/** The class of write_file: what it replaces without having named it cannot be brought back. */
export function overwriteClass({ input, options: chosen }: { readonly input: { readonly ifMatch?: string | undefined }; readonly options: Options }) {
  return chosen["overwrite"] === "irreversible" && input.ifMatch === undefined ? ({ effect: "irreversible" } as const) : writeClass({ options: chosen });
}
