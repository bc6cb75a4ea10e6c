import { useEffect, useState, useSyncExternalStore } from "react";
import { session } from "@/session";
import { Autosave, type SaveState } from "./autosave";
import { changeReport, type Report } from "./data";

/**
 * By report: what is not saved yet goes on being saved when its page has been left, and what was
 * saved is newer than the report that was read before.
 */
const kept = new Map<number, Autosave>();

function personNow(): number | null {
  const state = session.getState();
  return state.status === "authenticated" ? state.user.id : null;
}

/** This module is loaded long after the login: a renewed token is no other person. */
let person = personNow();

session.subscribe(() => {
  const now = personNow();
  if (now === null || now === person) return;
  person = now;
  for (const autosave of kept.values()) autosave.stop();
  kept.clear();
});

function autosaveOf(report: Report): Autosave {
  const before = kept.get(report.id);
  if (before) return before;
  const fresh = new Autosave(report, (version, changes) => changeReport(report.id, version, changes));
  kept.set(report.id, fresh);
  return fresh;
}

/** It was discarded: nothing of it is saved any more. */
export function forget(id: number): void {
  kept.get(id)?.stop();
  kept.delete(id);
}

/** The draft of a report that is open for changes, saved as it is typed. */
export function useAutosave(report: Report): [Autosave, SaveState] {
  const [autosave] = useState(() => autosaveOf(report));
  const state = useSyncExternalStore(autosave.subscribe, autosave.getState);
  useEffect(() => {
    autosave.read(report);
  }, [autosave, report]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!autosave.isSaved) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      void autosave.flush();
    };
  }, [autosave]);
  return [autosave, state];
}
