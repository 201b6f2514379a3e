import { git, GitRefusal, type GitOptions, type GitPlace } from "./git-command.ts";

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

export interface Ref {
  readonly name: string;
  readonly sha: string;
  readonly type: string;
  /** The commit that it leads to. */
  readonly commit: string;
}

const mostKept = 64 * 1024;

/** One real repository, read through the git command. What has a digest for a name does not change, and is read once. */
export class GitRepository {
  readonly place: GitPlace;
  readonly #blobs = new Map<string, Buffer>();
  readonly #trees = new Map<string, Promise<readonly TreeEntry[]>>();

  constructor(place: GitPlace) {
    this.place = place;
  }

  run(words: readonly string[], options?: GitOptions): Promise<Buffer> {
    return git(this.place, words, options);
  }

  async text(...words: readonly string[]): Promise<string> {
    return (await this.run(words)).toString().trim();
  }

  /** Undefined where git refuses. */
  async maybe(...words: readonly string[]): Promise<string | undefined> {
    try {
      return await this.text(...words);
    } catch (error) {
      if (error instanceof GitRefusal) return undefined;
      throw error;
    }
  }

  async refs(prefix = "refs/"): Promise<readonly Ref[]> {
    const lines = await this.text("for-each-ref", "--format=%(objectname) %(objecttype) %(refname) %(*objectname)", prefix);
    return lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [sha = "", type = "", name = "", peeled = ""] = line.split(" ");
        return { sha, type, name, commit: peeled === "" ? sha : peeled };
      });
  }

  async ref(name: string): Promise<Ref | undefined> {
    return (await this.refs(name)).find((ref) => ref.name === name);
  }

  /** The commit of a branch, a tag, a ref, a digest or any other text that git takes for one, of whichever repository of the network. */
  async commitOf(text: string): Promise<string | undefined> {
    const refs = await this.refs();
    for (const name of [text, `refs/${text}`, `refs/heads/${text}`, `refs/tags/${text}`]) {
      const ref = refs.find((each) => each.name === name);
      if (ref !== undefined) return ref.commit;
    }
    return text === "" ? undefined : this.maybe("rev-parse", "--verify", "--quiet", "--end-of-options", `${text}^{commit}`);
  }

  /** The digest of what a text names, of any type. */
  async objectOf(text: string, type: "blob" | "tree" | "commit" | "tag"): Promise<string | undefined> {
    if (text === "") return undefined;
    const sha = await this.maybe("rev-parse", "--verify", "--quiet", "--end-of-options", type === "tree" ? `${text}^{tree}` : text);
    return sha !== undefined && (await this.maybe("cat-file", "-t", sha)) === type ? sha : undefined;
  }

  /** All entries below a commit or tree, directories before what they hold. */
  async entries(sha: string): Promise<readonly TreeEntry[]> {
    const read = this.#trees.get(sha) ?? this.run(["ls-tree", "-r", "-t", "-l", "-z", sha]).then(parseEntries);
    this.#trees.set(sha, read);
    return read;
  }

  async blob(sha: string): Promise<Buffer> {
    const bytes = this.#blobs.get(sha) ?? (await this.run(["cat-file", "blob", sha]));
    if (bytes.length <= mostKept) this.#blobs.set(sha, bytes);
    return bytes;
  }
}

function parseEntries(listed: Buffer): readonly TreeEntry[] {
  return listed
    .toString()
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type = "", sha = "", size = "-"] = line.slice(0, tab).split(/ +/);
      return { mode, type: type as TreeEntry["type"], sha, size: size === "-" ? 0 : Number(size), path: line.slice(tab + 1) };
    });
}
