import { api, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { session } from "@/session";
import { errorText } from "@/shared/toasts";
import { WardEntry } from "./entry";

let owner: number | null = null;
const entries = new Map<number, WardEntry>();

function userNow(): number | null {
  const state = session.getState();
  return state.status === "authenticated" ? state.user.id : null;
}

/** A version 4 UUID (RFC 9562); `crypto.randomUUID` is for secure contexts alone. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * The rows of a ward, as this person left them: another page in between, or a session that was
 * renewed by a new login, loses none. Somebody else's are forgotten. Nothing is kept in storage.
 */
export function entryOf(user: number, ward: number): WardEntry {
  if (owner !== user) entries.clear();
  owner = user;
  const open = entries.get(ward);
  if (open) return open;
  const entry = new WardEntry({
    send: async (rows) => {
      if (userNow() !== user) throw new Error("another person");
      return (await unwrap(api.POST("/api/emr/vitals/bulk/", { body: { rows } }))).results;
    },
    isTransient: (error) => {
      const { kind, status } = asApiError(error);
      const another = userNow() !== null && userNow() !== user;
      return !another && (kind !== "refused" || status >= 500 || status === 429);
    },
    textOf: (error) => errorText(asApiError(error)),
    now: () => new Date(),
    newId,
    later: (job, ms) => window.setTimeout(job, ms),
  });
  entries.set(ward, entry);
  return entry;
}

session.onLogout((reason) => {
  if (reason !== "logout") return;
  entries.clear();
  owner = null;
});
