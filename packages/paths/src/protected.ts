import type { Access } from "@postern/policy";

/**
 * Names that no card gives unless it says `protected: allow` for the root. All text is folded (see fold.ts). `read`
 * rows are refused for reading and writing, `write` rows for writing only: what an editor, an agent, a shell or CI runs
 * by itself the next time it starts.
 */
interface Row {
  readonly access: Access;
  /** Equal to the name of any part of the path. */
  readonly names?: readonly string[];
  /** Last parts of the absolute path. */
  readonly tails?: readonly string[];
  readonly extensions?: readonly string[];
  readonly patterns?: readonly Pattern[];
  /** Names directly below a git directory. */
  readonly gitNames?: readonly string[];
}

/** Without its literal part there is no match, and to look for that is quicker than the expression. */
type Pattern = { readonly test: RegExp } & ({ readonly starts: string } | { readonly has: string });

const rows: readonly Row[] = [
  // Environment files hold what a deployment must not show; the templates beside them are made to be read.
  { access: "read", patterns: [{ starts: ".env", test: /^\.env(?!\.(?:example|sample|template|dist)$)/ }] },
  // Private keys of SSH and GnuPG, agents' sockets, and the list of hosts that they open.
  { access: "read", names: [".ssh", ".gnupg", ".password-store"], patterns: [{ starts: "id_", test: /^id_(?:rsa|dsa|ecdsa|ed25519)/ }] },
  // Key and certificate stores by extension.
  { access: "read", extensions: ["pem", "key", "p12", "pfx", "jks", "keystore", "ppk", "kdbx", "agekey"] },
  // Cloud and cluster credentials.
  {
    access: "read",
    names: [".aws", ".azure", ".kube", ".oci", ".s3cfg", ".boto", ".vault-token"],
    tails: [".config/gcloud", ".config/doctl", ".config/rclone", ".config/op", ".config/1password", ".terraform.d/credentials.tfrc.json"],
    // State files carry every secret of the infrastructure in clear.
    patterns: [{ has: ".tfstate", test: /\.tfstate(?:\.|$)/ }],
  },
  // Container registries.
  { access: "read", names: [".dockercfg"], tails: [".docker/config.json", ".config/containers/auth.json", "containers/auth.json"] },
  // Tokens of code hosts and of the tools that talk to them.
  {
    access: "read",
    names: [".netrc", "_netrc", ".git-credentials"],
    tails: [".config/gh/hosts.yml", ".config/glab-cli", ".config/hub", ".config/git/credentials"],
  },
  // Remotes with tokens in their URLs, hooks, stored passwords; submodules and worktrees keep their own.
  { access: "read", gitNames: ["config", "config.worktree", "hooks", "credentials"] },
  // Package registries.
  {
    access: "read",
    names: [".npmrc", ".pypirc"],
    tails: [
      ".cargo/credentials",
      ".cargo/credentials.toml",
      ".gem/credentials",
      ".m2/settings.xml",
      ".m2/settings-security.xml",
      ".gradle/gradle.properties",
      ".composer/auth.json",
      ".config/composer/auth.json",
    ],
  },
  // Database passwords.
  { access: "read", names: [".pgpass", ".my.cnf", ".mylogin.cnf", ".htpasswd"] },
  // What people typed, passwords included.
  { access: "read", names: [".bash_history", ".zsh_history", ".python_history", ".node_repl_history", ".psql_history", ".mysql_history"] },
  // Sign-ins of coding agents.
  { access: "read", tails: [".claude/.credentials.json", ".codex/auth.json", ".gemini/oauth_creds.json", ".config/github-copilot"] },
  // Browser profiles: cookies are sessions.
  { access: "read", tails: [".mozilla/firefox", ".config/google-chrome", ".config/chromium", ".config/bravesoftware", ".config/microsoft-edge"] },
  // Password hashes of the system.
  { access: "read", tails: ["etc/shadow", "etc/shadow-", "etc/gshadow", "etc/gshadow-"] },

  {
    access: "write",
    names: [".git", ".vscode", ".idea", ".cursor", ".claude", ".husky", ".mcp.json", ".envrc"],
    tails: [".github/workflows", ".gitlab-ci.yml"],
  },
  {
    access: "write",
    names: [".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc", ".zshenv", ".zprofile"],
    tails: [".config/autostart", ".config/systemd"],
  },
];

interface Tables {
  readonly names: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
  /** Tails by their last part. */
  readonly tails: ReadonlyMap<string, readonly string[]>;
  readonly gitNames: ReadonlySet<string>;
  readonly starts: readonly { readonly text: string; readonly test: RegExp }[];
  readonly parts: readonly { readonly text: string; readonly test: RegExp }[];
  /** First letter and length of all whole names above, and of all extensions: most names share neither with any. */
  readonly nameShapes: Uint32Array;
  readonly extensionShapes: Uint32Array;
}

const tables: Readonly<Record<Access, Tables>> = { read: tablesFor("read"), write: tablesFor("write") };
const gitDirectory = /\/\.git\/(?:(?:modules|worktrees)\/.*\/)?[^/]+$/;

/**
 * The row that protects an entry, as the last part of a rule's name; undefined: none. `name` is its folded name,
 * `path` gives its folded absolute path and is called only when the name alone does not tell. Asked for every entry of
 * a listing, hence the shapes: an ordinary name is done with after a few comparisons.
 */
export function protectedBy(name: string, path: () => string, access: Access): string | undefined {
  const table = tables[access];
  const dot = name.lastIndexOf(".");
  if (dot >= 0) {
    if (hasShape(table.extensionShapes, name.charCodeAt(dot + 1), name.length - dot - 1) && table.extensions.has(name.slice(dot + 1))) {
      return table.names.has(name) ? name : `*${name.slice(dot)}`;
    }
    for (const { text, test } of table.parts) if (name.includes(text) && test.test(name)) return name.slice(0, 64);
  }
  for (const { text, test } of table.starts) if (name.startsWith(text) && test.test(name)) return table.names.has(name) ? name : name.slice(0, 64);
  return hasShape(table.nameShapes, name.charCodeAt(0), name.length) ? byWholeName(table, name, path) : undefined;
}

function byWholeName({ names, tails, gitNames }: Tables, name: string, path: () => string): string | undefined {
  if (names.has(name)) return name;
  const candidates = tails.get(name);
  const atGit = gitNames.has(name);
  if (candidates === undefined && !atGit) return undefined;
  const full = path();
  const tail = candidates?.find((one) => full.endsWith(one));
  if (tail !== undefined) return tail.slice(1);
  return atGit && gitDirectory.test(full) ? `.git/${name}` : undefined;
}

function tablesFor(access: Access): Tables {
  const chosen = rows.filter((row) => row.access === "read" || access === "write");
  const tails = new Map<string, string[]>();
  for (const tail of chosen.flatMap((row) => row.tails ?? [])) {
    const last = tail.slice(tail.lastIndexOf("/") + 1);
    tails.set(last, [...(tails.get(last) ?? []), `/${tail}`]);
  }
  const names = chosen.flatMap((row) => row.names ?? []);
  const gitNames = chosen.flatMap((row) => row.gitNames ?? []);
  const extensions = chosen.flatMap((row) => row.extensions ?? []);
  const patterns = chosen.flatMap((row) => row.patterns ?? []);
  return {
    names: new Set(names),
    extensions: new Set(extensions),
    tails,
    gitNames: new Set(gitNames),
    starts: patterns.flatMap((one) => ("starts" in one ? [{ text: one.starts, test: one.test }] : [])),
    parts: patterns.flatMap((one) => ("has" in one ? [{ text: one.has, test: one.test }] : [])),
    nameShapes: shapesOf([...names, ...tails.keys(), ...gitNames]),
    extensionShapes: shapesOf(extensions),
  };
}

/** For each ASCII letter the lengths of the texts that begin with it, one bit each. */
function shapesOf(texts: readonly string[]): Uint32Array {
  const shapes = new Uint32Array(128);
  for (const text of texts) {
    const first = text.charCodeAt(0);
    if (first >= 128 || text.length > 31) throw new Error(`a protected name that has no shape: ${text}`);
    shapes[first] = (shapes[first] ?? 0) | (1 << text.length);
  }
  return shapes;
}

function hasShape(shapes: Uint32Array, first: number, length: number): boolean {
  return length < 32 && ((shapes[first] ?? 0) & (1 << length)) !== 0;
}
