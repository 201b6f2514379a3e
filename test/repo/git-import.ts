import { git, type GitPlace } from "./git-command.ts";

/** A file's text, or what else an entry may be; null removes it. */
export type FileSeed = string | Buffer | { readonly executable: string } | { readonly link: string } | { readonly submodule: string } | null;

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface CommitSeed {
  readonly message?: string;
  readonly files?: Readonly<Record<string, FileSeed>>;
  readonly author?: Person;
  /** ISO 8601. */
  readonly date?: string;
}

export interface BranchSeed {
  readonly name: string;
  /** Where the branch starts: another branch of this import or a ref of the repository. Absent: at itself, or at nothing. */
  readonly from?: string;
  readonly commits: readonly CommitSeed[];
}

export interface TagSeed {
  readonly name: string;
  readonly at: string;
  /** Makes it an annotated tag. */
  readonly message?: string;
}

export const somebody: Person = { name: "Ada Example", email: "ada@users.example" };

/** Writes branches and tags with all that they hold, by one process. */
export async function importHistory(place: GitPlace, branches: readonly BranchSeed[], tags: readonly TagSeed[], known: ReadonlySet<string>): Promise<void> {
  const parts: (string | Buffer)[] = [];
  const here = new Set<string>();
  const start = (name: string): string =>
    here.has(`refs/heads/${name}`) ? `refs/heads/${name}` : known.has(`refs/heads/${name}`) ? `refs/heads/${name}^0` : `${name}^0`;
  let second = 0;
  for (const { name, from, commits } of branches) {
    const ref = `refs/heads/${name}`;
    const at = from ?? (known.has(ref) ? name : undefined);
    if (at !== undefined && commits.length === 0) parts.push(`reset ${ref}\nfrom ${start(at)}\n\n`);
    for (const [index, commit] of commits.entries()) {
      second += 1;
      parts.push(`commit ${ref}\n`, ...head(commit, second));
      if (index === 0 && at !== undefined) parts.push(`from ${start(at)}\n`);
      for (const [path, file] of Object.entries(commit.files ?? {})) parts.push(...entry(path, file));
      parts.push("\n");
    }
    here.add(ref);
  }
  for (const { name, at, message } of tags) {
    if (message === undefined) parts.push(`reset refs/tags/${name}\nfrom ${start(at)}\n\n`);
    else parts.push(`tag ${name}\nfrom ${start(at)}\ntagger ${who(somebody, undefined, 0)}\n`, ...data(message));
  }
  await git(place, ["fast-import", "--quiet", "--force", "--done"], { input: Buffer.concat([...parts, "done\n"].map((part) => Buffer.from(part as string))) });
}

function head({ author = somebody, date, message = "A change" }: CommitSeed, second: number): readonly (string | Buffer)[] {
  const line = who(author, date, second);
  return [`author ${line}\ncommitter ${line}\n`, ...data(message)];
}

function entry(path: string, file: FileSeed): readonly (string | Buffer)[] {
  const name = /["\n\\]/.test(path) ? JSON.stringify(path) : path;
  if (file === null) return [`D ${name}\n`];
  if (typeof file === "string" || Buffer.isBuffer(file)) return [`M 100644 inline ${name}\n`, ...data(file)];
  if ("executable" in file) return [`M 100755 inline ${name}\n`, ...data(file.executable)];
  if ("link" in file) return [`M 120000 inline ${name}\n`, ...data(file.link)];
  return [`M 160000 ${file.submodule} ${name}\n`];
}

function data(content: string | Buffer): readonly (string | Buffer)[] {
  const bytes = Buffer.from(content as string);
  return [`data ${bytes.length}\n`, bytes, "\n"];
}

function who({ name, email }: Person, date: string | undefined, second: number): string {
  const at = date === undefined ? Date.UTC(2026, 0, 1) / 1000 + second : Date.parse(date) / 1000;
  return `${name} <${email}> ${at} +0000`;
}
