import type { Access } from "@postern/policy";

/**
 * Names that no card gives unless it says `protected: allow` for the root. All text is folded (see fold.ts). `read`
 * rows are refused for reading and writing, `write` rows for writing only: what an editor, an agent, a shell or CI runs
 * by itself the next time it starts.
 */
export interface ProtectedRow {
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

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}

/** Without its literal part there is no match, and to look for that is quicker than the expression. */
type Pattern = { readonly test: RegExp } & ({ readonly starts: string } | { readonly has: string });

export const protectedRows: readonly ProtectedRow[] = [
  // Environment files hold what a deployment must not show; the templates beside them are made to be read.
  { access: "read", patterns: [{ starts: ".env", test: /^\.env(?!\.(?:example|sample|template|dist)$)/ }] },
  // Private keys of SSH and GnuPG, agents' sockets, and the list of hosts that they open.
  { access: "read", names: [".ssh", ".gnupg", ".password-store"], patterns: [{ starts: "id_", test: /^id_(?:rsa|dsa|ecdsa|ed25519)/ }] },
  // Key and certificate stores by extension.
  { access: "read", extensions: ["pem", "key", "p12", "pfx", "jks", "keystore", "ppk", "kdbx", "agekey"] },
  // Cloud and cluster credentials.
  {
    access: "read",
    names: words(`.aws .azure .kube .oci .s3cfg .boto .vault-token`),
    tails: words(`.config/gcloud .config/doctl .config/rclone .config/op .config/1password .terraform.d/credentials.tfrc.json`),
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
    tails: words(`.cargo/credentials .cargo/credentials.toml .gem/credentials .m2/settings.xml .m2/settings-security.xml .gradle/gradle.properties
      .composer/auth.json .config/composer/auth.json`),
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

  // Version control: hooks and configuration run programs, references and indexes are the history itself.
  { access: "write", names: words(`.git .hg .svn .bzr .jj .gitmodules .gitconfig .hgrc`), tails: [".config/git", ".config/jj"] },
  // What a code host runs on the next push, with its secrets.
  {
    access: "write",
    names: words(`.gitlab-ci.yml .circleci .travis.yml .buildkite .drone.yml .woodpecker .woodpecker.yml azure-pipelines.yml bitbucket-pipelines.yml
      jenkinsfile`),
    tails: words(`.github/workflows .github/actions .gitea/workflows .forgejo/workflows .github/copilot-instructions.md`),
  },
  // Hooks that package managers and tools of version control install.
  { access: "write", names: words(`.husky .githooks .pre-commit-config.yaml lefthook.yml .lefthook.yml lefthook-local.yml .lefthook-local.yml`) },
  // Editors: tasks, extensions and modelines that run when a folder is opened.
  {
    access: "write",
    names: words(`.vscode .idea .fleet .zed .devcontainer .devcontainer.json .vim .vimrc .gvimrc .exrc .nvimrc .nvim.lua .emacs .emacs.d
      .spacemacs .spacemacs.d .nanorc .vscode-server .vscode-remote .cursor-server`),
    tails: words(`.config/nvim .local/share/nvim .config/emacs .config/code .config/vscodium .config/cursor .config/windsurf .config/zed .config/helix
      .config/micro .dir-locals.el`),
    extensions: ["code-workspace"],
  },
  // Coding agents: tools that they start, permissions that they have, instructions that they take for the user's.
  {
    access: "write",
    names: words(`.claude .claude.json .cursor .cursorrules .codex .gemini .windsurf .windsurfrules .continue .cline .clinerules .roo
      .aider.conf.yml .mcp.json claude_desktop_config.json .postern .opencode opencode.json opencode.jsonc .kiro .amazonq .qwen .crush.json crush.json
      .junie .goose .goosehints .kilocode .augment .trae`),
    tails: words(`.config/claude .config/postern .copilot/mcp-config.json .config/opencode .config/goose .config/crush .config/amp .aws/amazonq`),
  },
  // Shells and sessions: what runs at the next login or prompt.
  {
    access: "write",
    names:
      words(`.bashrc .bash_completion .mkshrc .oh-my-zsh .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .cshrc
      .tcshrc .login .logout .inputrc .envrc .direnvrc .xprofile .xinitrc .xsession .xsessionrc .pam_environment .tmux.conf .screenrc
      .mise.toml mise.toml .forward .procmailrc`),
    tails:
      words(`.config/autostart .config/systemd .config/environment.d .config/fish .config/zsh .config/direnv .config/mise .config/powershell .config/nushell .local/share/fish
      .local/bin .local/share/bash-completion
      .config/tmux .local/share/systemd etc/profile etc/profile.d etc/crontab etc/cron.d etc/cron.daily etc/cron.hourly etc/sudoers
      etc/sudoers.d etc/ld.so.preload etc/passwd etc/group spool/cron`),
  },
  // Package managers: where packages come from, and what runs when one is installed.
  {
    access: "write",
    names: words(`.yarnrc .yarnrc.yml .pnpmfile.cjs .pnpmfile.mjs bunfig.toml .bunfig.toml .condarc .gemrc .bundle pip.conf .pip .pydistutils.cfg
      nuget.config uv.toml .mvn .sbtopts .curlrc .wgetrc`),
    tails:
      words(`.cargo/config .cargo/config.toml .cargo/env .config/pip .config/uv .config/pypoetry .config/pnpm .config/composer .yarn/releases .yarn/plugins .gradle/init.gradle
      .gradle/init.d .config/yarn etc/apt etc/npmrc`),
  },
];
