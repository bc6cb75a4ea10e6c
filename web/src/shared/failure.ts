import { asApiError } from "@/api/errors";

/** Refusals that say: what was read before is not this person's to see, or not there any more. */
const LOST = new Set([403, 404, 409]);

interface Read {
  isError: boolean;
  error: unknown;
  data: unknown;
}

/** There is nothing to show. A refresh that fails for another reason leaves what was read. */
export function isLost({ isError, error, data }: Read): boolean {
  return isError && (data === undefined || LOST.has(asApiError(error).status));
}
