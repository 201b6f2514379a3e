/** Every path that answers. Only `protocol` can come to a call; what stands here is what the parity test asks. */
export const routes = { protocol: "/mcp", health: "/healthz", metadata: "/.well-known/oauth-protected-resource" } as const;
