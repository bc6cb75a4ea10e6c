/**
 * How long a JWT lives, in milliseconds, from its own `iat` and `exp`: the difference does not
 * depend on this machine's clock being right. 0 when it cannot be read.
 */
export function lifetimeOf(token: string): number {
  try {
    const part = token.split(".")[1] ?? "";
    const claims = JSON.parse(atob(part.replace(/-/g, "+").replace(/_/g, "/"))) as {
      exp?: unknown;
      iat?: unknown;
    };
    if (typeof claims.exp !== "number" || typeof claims.iat !== "number") return 0;
    return Math.max(0, (claims.exp - claims.iat) * 1000);
  } catch {
    return 0;
  }
}
