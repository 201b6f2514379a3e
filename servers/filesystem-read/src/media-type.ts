/** By the extension, as in the official server; anything else is `application/octet-stream`. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  [".png", "image/png"],
  [".jpg", "image/jpeg"],
  [".jpeg", "image/jpeg"],
  [".gif", "image/gif"],
  [".webp", "image/webp"],
  [".bmp", "image/bmp"],
  [".svg", "image/svg+xml"],
  [".mp3", "audio/mpeg"],
  [".wav", "audio/wav"],
  [".ogg", "audio/ogg"],
  [".flac", "audio/flac"],
]);

export function mediaType(name: string): string {
  return mediaTypes.get(/[^/](\.[^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? "") ?? "application/octet-stream";
}
