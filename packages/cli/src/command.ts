/** One subcommand of `postern`. */
export interface Command {
  /** The whole answer to `postern <name> --help`. */
  readonly help: string;
  /** Exit code: 0 yes, 1 no or not possible; wrong usage is thrown as `UsageError`. */
  run(argv: readonly string[]): Promise<number>;
}
