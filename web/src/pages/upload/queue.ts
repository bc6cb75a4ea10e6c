import { asApiError, type ApiError } from "@/api/errors";
import type { Schema } from "@/api/client";

export type FileState =
  | "waiting"
  | "sending"
  | "stored"
  | "duplicate"
  | "rejected"
  | "failed"
  | "skipped";

export interface UploadItem {
  readonly id: number;
  /** With its folders, as the person chose it. */
  readonly name: string;
  readonly size: number;
  /** Null for an entry of a zip, which has no file of its own here. */
  readonly file: File | null;
  readonly state: FileState;
  /** Bytes of it that are on their way or there. */
  readonly sent: number;
  readonly attempts: number;
  readonly code: string | null;
  readonly message: string | null;
}

export interface ChosenFile {
  name: string;
  file: File;
}

type Phase = "idle" | "running" | "paused" | "done";

export interface UploadView {
  readonly phase: Phase;
  readonly items: readonly UploadItem[];
  readonly counts: Readonly<Record<FileState, number>>;
  readonly bytes: number;
  readonly sent: number;
  /** Study Instance UID to the number of files the archive has taken or had. */
  readonly studies: ReadonlyMap<string, number>;
  /** What the answers said of them, by Study Instance UID. */
  readonly details: ReadonlyMap<string, UploadedStudy>;
  /** Uploads of which images waited for the index when they were answered. */
  readonly waiting: readonly string[];
  readonly error: ApiError | null;
}

export type Answer = Schema["UploadOut"];
export type UploadedStudy = Schema["UploadedStudyOut"];

export type Send = (
  files: ChosenFile[],
  patientId: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => Promise<Answer>;

const BATCH_FILES = 50;
const BATCH_BYTES = 50 * 2 ** 20;
const TRIES = 4;
const PUBLISH_MS = 100;
const ARCHIVE_UNAVAILABLE = "ERR_502";
const NOTHING_TO_STORE = "ERR_115";

const NO_COUNTS: Record<FileState, number> = {
  waiting: 0,
  sending: 0,
  stored: 0,
  duplicate: 0,
  rejected: 0,
  failed: 0,
  skipped: 0,
};

const EMPTY: UploadView = {
  phase: "idle",
  items: [],
  counts: NO_COUNTS,
  bytes: 0,
  sent: 0,
  studies: new Map(),
  details: new Map(),
  waiting: [],
  error: null,
};

/**
 * Sends files batch by batch. Sending a file twice is harmless, so whatever was interrupted is sent
 * again. Lives outside React: thousands of files change often, the page is notified ten times a second.
 */
export class UploadQueue {
  private view: UploadView = EMPTY;
  private items: UploadItem[] = [];
  private phase: Phase = "idle";
  private error: ApiError | null = null;
  private studies = new Map<string, number>();
  private details = new Map<string, UploadedStudy>();
  private waiting: string[] = [];
  private readonly known = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private publishing: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | null = null;
  private uploaded = false;
  private active = false;
  private patientId = "";
  private failures = 0;

  constructor(
    private readonly send: Send,
    private readonly wait: (ms: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  readonly getView = (): UploadView => this.view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Queue files; one chosen before is not taken again. */
  add(files: ChosenFile[]): void {
    for (const { name, file } of files) {
      const key = `${name}\n${file.size}\n${file.lastModified}`;
      if (this.known.has(key)) continue;
      this.known.add(key);
      this.append({ name, file, size: file.size, state: "waiting", code: null, message: null });
    }
    if (this.phase === "done") this.phase = "idle";
    this.publish();
  }

  /** Begin or go on. `patientId`: the MRN that the files must carry, or empty. */
  start(patientId = this.patientId): void {
    if (this.phase === "running") return;
    this.patientId = patientId;
    this.phase = "running";
    this.error = null;
    this.failures = 0;
    this.publish();
    if (!this.active) void this.run();
  }

  /** Stop after what the server already has in full; a transfer in progress is broken off. */
  pause(): void {
    if (this.phase !== "running") return;
    this.phase = "paused";
    if (!this.uploaded) this.abort?.abort();
    this.publish();
  }

  /** Send the failed files again. */
  retry(): void {
    this.change(
      this.items.filter(({ state }) => state === "failed"),
      { state: "waiting", sent: 0, attempts: 0, code: null, message: null },
    );
    this.start();
  }

  /** Forget everything; breaks off what is being sent. */
  clear(): void {
    this.phase = "idle";
    this.abort?.abort();
    this.items = [];
    this.known.clear();
    this.studies = new Map();
    this.details = new Map();
    this.waiting = [];
    this.error = null;
    this.publish();
  }

  private append(item: Omit<UploadItem, "id" | "sent" | "attempts">): void {
    this.items.push({ ...item, id: this.items.length, sent: 0, attempts: 0 });
  }

  private async run(): Promise<void> {
    this.active = true;
    while (this.phase === "running") {
      const batch = this.nextBatch();
      if (batch.length === 0) {
        this.phase = "done";
        break;
      }
      this.abort = new AbortController();
      this.uploaded = false;
      await this.sendBatch(batch, this.abort.signal);
      const { aborted } = this.abort.signal;
      this.abort = null;
      if (!aborted && this.failures > 0 && this.isRunning()) {
        await this.wait(1000 * 2 ** (this.failures - 1));
      }
    }
    this.active = false;
    this.publish();
  }

  private isRunning(): boolean {
    return this.phase === "running";
  }

  private nextBatch(): UploadItem[] {
    const batch: UploadItem[] = [];
    let bytes = 0;
    for (const item of this.items) {
      if (item.state !== "waiting") continue;
      if (batch.length > 0 && bytes + item.size > BATCH_BYTES) break;
      batch.push(item);
      bytes += item.size;
      if (batch.length === BATCH_FILES) break;
    }
    return batch;
  }

  private async sendBatch(batch: UploadItem[], signal: AbortSignal): Promise<void> {
    const items = this.items;
    const files = batch.flatMap(({ name, file }) => (file ? [{ name, file }] : []));
    this.change(batch, { state: "sending", sent: 0 });
    try {
      const answer = await this.send(
        files,
        this.patientId,
        (share) => {
          this.progress(batch, share);
        },
        signal,
      );
      if (items === this.items) this.take(batch, answer);
    } catch (thrown) {
      if (items !== this.items) return;
      if (signal.aborted) this.change(batch, { state: "waiting", sent: 0 });
      else this.refused(batch, asApiError(thrown));
    }
  }

  /** `share` of the request is sent: the files go one after the other. */
  private progress(batch: UploadItem[], share: number): void {
    this.uploaded = share >= 1;
    let left = share * batch.reduce((sum, { size }) => sum + size, 0);
    for (const item of batch) {
      const sent = Math.min(item.size, Math.max(0, left));
      left -= item.size;
      if (this.items[item.id]?.sent !== sent) this.change([item], { sent });
    }
  }

  private take(batch: UploadItem[], answer: Answer): void {
    this.failures = 0;
    const results = new Map<string, Answer["files"]>();
    for (const result of answer.files) {
      const same = results.get(result.name);
      if (same) same.push(result);
      else results.set(result.name, [result]);
    }
    for (const item of batch) {
      const result = results.get(item.name)?.shift();
      if (result) this.settle(item, result);
      else this.settleZip(item, answer.files.filter(({ name }) => name.startsWith(`${item.name}/`)));
    }
    for (const study of answer.studies) this.details.set(study.study_instance_uid, study);
    if (answer.status_url) this.waiting.push(answer.status_url);
    for (const { study_instance_uid: uid, status } of answer.files) {
      if (status !== "rejected") this.studies.set(uid, (this.studies.get(uid) ?? 0) + 1);
    }
    this.publish();
  }

  private settle(item: UploadItem, result: Answer["files"][number]): void {
    if (result.code === ARCHIVE_UNAVAILABLE) {
      this.later(item, result.code, result.message);
      return;
    }
    const { code = null, message } = result;
    this.change([item], { state: result.status, sent: item.size, code, message });
  }

  /** A zip counts as its entries do; those that were rejected get rows of their own. */
  private settleZip(item: UploadItem, entries: Answer["files"]): void {
    const down = entries.find(({ code }) => code === ARCHIVE_UNAVAILABLE);
    if (down) {
      this.later(item, down.code ?? null, down.message);
      return;
    }
    const taken = entries.filter(({ status }) => status !== "rejected");
    const state = taken.some(({ status }) => status === "stored")
      ? "stored"
      : taken.length > 0
        ? "duplicate"
        : entries.length > 0
          ? "rejected"
          : "skipped";
    this.change([item], { state, sent: item.size });
    for (const { name, status, code = null, message } of entries) {
      if (status === "rejected") {
        this.append({ name, file: null, size: 0, state: "rejected", code, message });
      }
    }
  }

  /** Once more in a while, or failed when that was tried often enough. */
  private later(item: UploadItem, code: string | null, message: string | null): void {
    const attempts = (this.items[item.id]?.attempts ?? 0) + 1;
    this.failures = Math.max(this.failures, attempts);
    const state = attempts < TRIES ? "waiting" : "failed";
    this.change([item], { state, sent: 0, attempts, code, message });
  }

  private refused(batch: UploadItem[], error: ApiError): void {
    const { kind, status, code, message } = error;
    if (code === NOTHING_TO_STORE) {
      for (const item of batch) this.change([item], { state: "skipped", sent: item.size });
    } else if (kind === "network" || status >= 500 || status === 429) {
      for (const item of batch) this.later(item, code, message || null);
      if (this.failures < TRIES) return;
      this.stop(error);
    } else if (kind === "session" || [401, 403, 404].includes(status)) {
      this.change(batch, { state: "waiting", sent: 0 });
      this.stop(error);
    } else {
      this.change(batch, { state: "rejected", sent: 0, code, message: message || null });
    }
  }

  private stop(error: ApiError): void {
    this.phase = "paused";
    this.error = error;
    this.publish();
  }

  private change(items: UploadItem[], patch: Partial<UploadItem>): void {
    for (const { id } of items) {
      const item = this.items[id];
      if (item) this.items[id] = { ...item, ...patch };
    }
    this.publishSoon();
  }

  private publishSoon(): void {
    this.publishing ??= setTimeout(() => {
      this.publish();
    }, PUBLISH_MS);
  }

  private publish(): void {
    clearTimeout(this.publishing);
    this.publishing = undefined;
    const counts = { ...NO_COUNTS };
    let bytes = 0;
    let sent = 0;
    for (const item of this.items) {
      counts[item.state] += 1;
      bytes += item.size;
      sent += item.sent;
    }
    const { phase, error } = this;
    const studies = new Map(this.studies);
    const details = new Map(this.details);
    const waiting = [...this.waiting];
    this.view = { phase, items: [...this.items], counts, bytes, sent, studies, details, waiting, error };
    for (const listener of this.listeners) listener();
  }
}
