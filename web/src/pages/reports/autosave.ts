import { asApiError, type ApiError } from "@/api/errors";
import type { Changes, Report } from "./data";

export interface Draft {
  sections: Record<string, string>;
  fields: Record<string, unknown>;
  key_images: KeyImage[];
}
export type KeyImage = Report["key_images"][number];
export type TakenOver = NonNullable<Changes["taken_over"]>[number];

/** `unreachable`: the server gave no answer and is asked again; the text is kept here. */
type Phase = "saved" | "waiting" | "saving" | "unreachable" | "conflict" | "refused";

export interface SaveState {
  draft: Draft;
  phase: Phase;
  version: number;
  savedAt: string;
  error: ApiError | null;
}

type Save = (version: number, changes: Changes) => Promise<Report>;

const PAUSE_MS = 1_500;
const RETRY_MS = 5_000;

const draftOf = ({ sections, fields, key_images }: Report): Draft => ({ sections, fields, key_images });

/** What differs, by the API's rules: keys not sent stay, null removes a field. */
export function changesFrom(before: Draft, now: Draft): Changes {
  const changed = <T>(old: Record<string, T>, next: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(next).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key])),
    );
  const removed = Object.keys(before.fields).filter((key) => now.fields[key] === undefined);
  const sections = changed(before.sections, now.sections);
  const fields = {
    ...changed(before.fields, now.fields),
    ...Object.fromEntries(removed.map((key) => [key, null])),
  };
  return {
    ...(Object.keys(sections).length > 0 && { sections }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(JSON.stringify(now.key_images) !== JSON.stringify(before.key_images) && {
      key_images: now.key_images.map(({ sop_instance_uid, frame }) => ({ sop_instance_uid, frame })),
    }),
  };
}

/**
 * Keeps what is typed and saves it: after a pause, one request at a time, again until the server
 * answers. Nothing typed is given up before the server has confirmed it.
 */
export class Autosave {
  private state: SaveState;
  private base: Draft;
  private taken: TakenOver[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  /** Counts the persons: an answer to the last one's request is none of the next one's. */
  private person = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    report: Report,
    private readonly save: Save,
  ) {
    this.base = draftOf(report);
    this.state = {
      draft: this.base,
      phase: "saved",
      version: report.version,
      savedAt: report.saved_at,
      error: null,
    };
  }

  getState = (): SaveState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get isSaved(): boolean {
    return this.state.phase === "saved";
  }

  private get isWaiting(): boolean {
    return this.state.phase === "waiting";
  }

  change(draft: Draft, taken?: TakenOver): void {
    if (taken) this.taken.push(taken);
    const held = this.state.phase === "conflict";
    this.set({ draft, ...(!held && { phase: "waiting" }) });
    if (!held) this.after(PAUSE_MS);
  }

  /** Saves at once. Whether the server has everything now. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    await this.running;
    if (this.state.phase === "conflict") return false;
    do await this.send();
    while (this.isWaiting);
    return this.isSaved;
  }

  /** After a conflict: go on from what the server has now, with my text or with theirs. */
  resolve(theirs: Report, keep: "mine" | "theirs"): void {
    const mine = this.state.draft;
    this.base = draftOf(theirs);
    if (keep === "theirs") this.taken = [];
    this.set({
      draft: keep === "mine" ? mine : this.base,
      version: theirs.version,
      savedAt: theirs.saved_at,
      phase: keep === "mine" ? "waiting" : "saved",
      error: null,
    });
    if (keep === "mine") void this.flush();
  }

  /** What the server has now: shown if it is newer and nothing here is unsaved. */
  read(report: Report): void {
    if (!this.isSaved || report.version <= this.state.version) return;
    this.base = draftOf(report);
    this.set({ draft: this.base, version: report.version, savedAt: report.saved_at });
  }

  /** The report as a step (preliminary, checked for its patient) left it. */
  stepped({ version, saved_at }: Report): void {
    this.set({ version, savedAt: saved_at });
  }

  /** Forget everything: another person is at this browser. */
  stop(): void {
    clearTimeout(this.timer);
    this.person += 1;
    this.taken = [];
    this.set({ draft: this.base, phase: "saved" });
  }

  private after(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.flush();
    }, ms);
  }

  private send(): Promise<void> {
    this.running = this.attempt().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async attempt(): Promise<void> {
    const sent = this.state.draft;
    const taken = [...this.taken];
    const changes = { ...changesFrom(this.base, sent), ...(taken.length > 0 && { taken_over: taken }) };
    if (Object.keys(changes).length === 0) {
      this.set({ phase: "saved", error: null });
      return;
    }
    this.set({ phase: "saving" });
    const { person } = this;
    try {
      const { version, saved_at } = await this.save(this.state.version, changes);
      if (person !== this.person) return;
      this.base = sent;
      this.taken = this.taken.slice(taken.length);
      const done = this.state.draft === sent && this.taken.length === 0;
      this.set({ version, savedAt: saved_at, phase: done ? "saved" : "waiting", error: null });
      if (!done) this.after(PAUSE_MS);
    } catch (thrown) {
      if (person === this.person) this.failed(asApiError(thrown));
    }
  }

  private failed(error: ApiError): void {
    if (error.kind === "network" || error.status >= 500 || error.status === 429) {
      this.set({ phase: "unreachable", error });
      this.after(RETRY_MS);
    } else {
      const stale = error.status === 412 || error.code === "ERR_301";
      // A value is not offered any more: its text stays and can be saved, as the person's own.
      if (error.field?.startsWith("taken_over")) this.taken = [];
      this.set({ phase: stale ? "conflict" : "refused", error });
    }
  }

  private set(changes: Partial<SaveState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}
