/**
 * Whether a host is one of those that a lane names: exactly, or below a `*.domain` (at any depth, and not the domain
 * itself). Compared as DNS does: without case, and without the root's dot. No list, no host.
 */
export function bindHosts(patterns: readonly string[]): (host: string) => boolean {
  const folded = patterns.map(fold);
  const exact = new Set(folded.filter((pattern) => !pattern.startsWith("*.")));
  const above = folded.filter((pattern) => pattern.startsWith("*.")).map((pattern) => pattern.slice(1));
  return (host) => {
    const asked = fold(host);
    return exact.has(asked) || above.some((suffix) => asked.length > suffix.length && asked.endsWith(suffix));
  };
}

function fold(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
