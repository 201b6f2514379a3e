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
  readonly patterns?: readonly RegExp[];
}

const rows: readonly Row[] = [
  // Environment files hold what a deployment must not show; the templates beside them are made to be read.
  { access: "read", patterns: [/^\.env(?!\.(?:example|sample|template|dist)$)/] },
  // Private keys of SSH and GnuPG, agents' sockets, and the list of hosts that they open.
  { access: "read", names: [".ssh", ".gnupg", ".password-store"], patterns: [/^id_(?:rsa|dsa|ecdsa|ed25519)/] },
  // Key and certificate stores by extension.
  { access: "read", extensions: ["pem", "key", "p12", "pfx", "jks", "keystore", "ppk", "kdbx", "agekey"] },
  // Cloud and cluster credentials.
  {
    access: "read",
    names: [".aws", ".azure", ".kube", ".oci", ".s3cfg", ".boto", ".vault-token"],
    tails: [".config/gcloud", ".config/doctl", ".config/rclone", ".config/op", ".config/1password", ".terraform.d/credentials.tfrc.json"],
    // State files carry every secret of the infrastructure in clear.
    patterns: [/\.tfstate(?:\.|$)/],
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
  { access: "read", patterns: [/\/\.git\/(?:(?:modules|worktrees)\/.*\/)?(?:config(?:\.worktree)?|hooks|credentials)$/] },
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
  readonly patterns: readonly RegExp[];
}

const paths = (pattern: RegExp): boolean => pattern.source.includes("\\/");

function tablesFor(access: Access): Tables {
  const chosen = rows.filter((row) => row.access === "read" || access === "write");
  const tails = new Map<string, string[]>();
  for (const tail of chosen.flatMap((row) => row.tails ?? [])) {
    const last = tail.slice(tail.lastIndexOf("/") + 1);
    tails.set(last, [...(tails.get(last) ?? []), `/${tail}`]);
  }
  return {
    names: new Set(chosen.flatMap((row) => row.names ?? [])),
    extensions: new Set(chosen.flatMap((row) => row.extensions ?? [])),
    tails,
    patterns: chosen.flatMap((row) => row.patterns ?? []),
  };
}

const tables: Readonly<Record<Access, Tables>> = { read: tablesFor("read"), write: tablesFor("write") };
const namePatterns = { read: tables.read.patterns.filter((one) => !paths(one)), write: tables.write.patterns.filter((one) => !paths(one)) };
const pathPatterns = { read: tables.read.patterns.filter(paths), write: tables.write.patterns.filter(paths) };
/** Names that can end a path pattern: nothing else is worth its regular expression. */
const pathPatternEnds = new Set(["config", "config.worktree", "hooks", "credentials"]);

/**
 * The row that protects an entry, as the last part of a rule's name; undefined: none. `name` is its folded name,
 * `path` gives its folded absolute path and is called only when the name alone does not tell.
 */
export function protectedBy(name: string, path: () => string, access: Access): string | undefined {
  const { names, extensions, tails } = tables[access];
  if (names.has(name)) return name;
  const dot = name.lastIndexOf(".");
  if (dot >= 0 && extensions.has(name.slice(dot + 1))) return `*${name.slice(dot)}`;
  for (const pattern of namePatterns[access]) if (pattern.test(name)) return name.slice(0, 64);
  const candidates = tails.get(name);
  const atGitEnd = pathPatternEnds.has(name);
  if (candidates === undefined && !atGitEnd) return undefined;
  const full = path();
  const tail = candidates?.find((one) => full.endsWith(one));
  if (tail !== undefined) return tail.slice(1);
  if (atGitEnd && pathPatterns[access].some((pattern) => pattern.test(full))) return `.git/${name}`;
  return undefined;
}
