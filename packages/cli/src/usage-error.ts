/** The command line asks for something that does not exist. Ends in exit code 2; the message is one line for people. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
