/** How the server names itself to hosts; what stands before the slash is what a robots.txt may call it by. */
export const userAgent = "postern-fetch-read/0.1";
