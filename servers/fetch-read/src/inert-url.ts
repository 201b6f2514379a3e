/** A URL that is no markup for whoever shows it: a host may redirect to one that reads as a picture, which a client would load. */
export function inertUrl(url: string): string {
  const [origin = ""] = /^[a-z]+:\/\/[^/?#]*/i.exec(url) ?? [];
  return origin + url.slice(origin.length).replaceAll(/[[\]<>`\\]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
