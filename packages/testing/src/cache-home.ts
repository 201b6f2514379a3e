/** Where a server that a test starts keeps its compiled code: in the place that the whole run shares, if it has one; otherwise in the server's own home. */
export function cacheHome(): { readonly XDG_CACHE_HOME?: string } {
  const shared = process.env["POSTERN_TEST_CACHE"];
  return shared === undefined ? {} : { XDG_CACHE_HOME: shared };
}
