/** How often what waits is asked for again, should an alert be missing. */
export const REFRESH_MS = 60_000;
