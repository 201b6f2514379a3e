/** Where a link leads: an http or https URL without a password in it, or nowhere. */
export function webLink(href: string, base: URL | undefined): URL | undefined {
  const url = URL.parse(href, base);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.password === "" ? url : undefined;
}
