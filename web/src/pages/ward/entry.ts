import type { Schema } from "@/api/client";
import { isEmpty, problemsOf, unusualOf, valuesOf, type Column, type Texts } from "./cells";

/**
 * `asking`: a value is unusual; the same again is stored. `waiting`: the server was not reached and
 * is asked again; until then nobody knows whether it has the row, which therefore cannot change.
 */
export type RowState = "editing" | "asking" | "saving" | "waiting" | "saved" | "refused";

export interface Row {
  texts: Texts;
  state: RowState;
  /** Of the cells that are asked about. */
  unusual: Column[];
  clientId: string;
  measuredAt: string | null;
  message: string;
  field: string | null;
  savedAt: string | null;
}

type Entry = Schema["VitalsEntryInRequest"];
type Result = Pick<Schema["EnteredOut"], "client_id" | "outcome" | "error">;
type Bedside = Pick<Schema["BedsideOut"], "limits" | "latest">;

export interface EntryTools {
  send: (rows: Entry[]) => Promise<Result[]>;
  /** Whether the failure means that the server was not reached, or not able to answer. */
  isTransient: (error: unknown) => boolean;
  textOf: (error: unknown) => string;
  now: () => Date;
  newId: () => string;
  later: (job: () => void, ms: number) => void;
}

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const MOST_ROWS = 50;
const BLANK: Omit<Row, "clientId"> = {
  texts: {},
  state: "editing",
  unusual: [],
  measuredAt: null,
  message: "",
  field: null,
  savedAt: null,
};

/**
 * The rows of a ward while they are entered: in memory only, each saved by itself. A row that could
 * not be sent stays and is sent again under the same id, so that it is stored once.
 */
export class WardEntry {
  private rows = new Map<number, Row>();
  private readonly listeners = new Set<() => void>();
  private delay = FIRST_RETRY_MS;
  private retrying = false;
  private sending = false;

  constructor(private readonly tools: EntryTools) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The same object until something changes. */
  getRows = (): ReadonlyMap<number, Row> => this.rows;

  /** Rows that hold something which the server does not have for certain. */
  get unsaved(): number {
    return [...this.rows.values()].filter(({ texts }) => !isEmpty(texts)).length;
  }

  get waiting(): number {
    return [...this.rows.values()].filter(({ state }) => state === "waiting").length;
  }

  set(patient: number, column: Column, text: string): void {
    const row = this.rows.get(patient);
    if (row && (row.state === "saving" || row.state === "waiting")) return;
    const texts = { ...row?.texts, [column]: text };
    this.put(patient, { ...BLANK, texts, clientId: this.tools.newId() });
  }

  /**
   * The person goes on to another patient. False: something in the row keeps them, a problem of a
   * cell or a question that they have not seen yet.
   */
  leave(patient: number, bedside: Bedside, measuredAt: string | null): boolean {
    const row = this.rows.get(patient);
    if (!row || isEmpty(row.texts) || row.state === "saving" || row.state === "waiting") return true;
    if (Object.keys(problemsOf(row.texts)).length > 0) return false;
    const unusual = unusualOf(row.texts, bedside.limits, bedside.latest);
    if (unusual.length > 0 && row.state !== "asking") {
      this.put(patient, { ...row, state: "asking", unusual });
      return false;
    }
    const at = measuredAt ?? this.tools.now().toISOString();
    this.put(patient, { ...row, state: "saving", measuredAt: at, unusual: [], message: "", field: null });
    void this.flush();
    return true;
  }

  /** Send what waits now: the browser says that the network is back, or a person wants it. */
  retry = (): void => {
    this.delay = FIRST_RETRY_MS;
    void this.flush();
  };

  private put(patient: number, row: Row): void {
    this.rows = new Map(this.rows).set(patient, row);
    for (const listener of this.listeners) listener();
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (await this.sendSome());
    } finally {
      this.sending = false;
    }
  }

  /** One request; whether there is more to send at once. */
  private async sendSome(): Promise<boolean> {
    const due = [...this.rows].filter(([, { state }]) => state === "saving" || state === "waiting");
    const batch = due.slice(0, MOST_ROWS);
    if (batch.length === 0) return false;
    try {
      const results = await this.tools.send(batch.map(([patient, row]) => entryOf(patient, row)));
      batch.forEach(([patient, row], index) => {
        this.settle(patient, row, results[index]);
      });
      this.delay = FIRST_RETRY_MS;
      return true;
    } catch (error) {
      const transient = this.tools.isTransient(error);
      const message = this.tools.textOf(error);
      for (const [patient, row] of batch) {
        this.put(patient, { ...row, state: transient ? "waiting" : "refused", message });
      }
      if (transient) this.retryLater();
      return false;
    }
  }

  private settle(patient: number, row: Row, result: Result | undefined): void {
    if (result && result.outcome !== "refused") {
      const savedAt = this.tools.now().toISOString();
      this.put(patient, { ...BLANK, clientId: this.tools.newId(), state: "saved", savedAt });
    } else {
      const { message = "", field = null } = result?.error ?? {};
      this.put(patient, { ...row, state: "refused", message, field });
    }
  }

  private retryLater(): void {
    if (this.retrying) return;
    this.retrying = true;
    this.tools.later(() => {
      this.retrying = false;
      void this.flush();
    }, this.delay);
    this.delay = Math.min(this.delay * 2, LONGEST_RETRY_MS);
  }
}

function entryOf(patient: number, row: Row): Entry {
  return {
    ...valuesOf(row.texts),
    patient,
    client_id: row.clientId,
    measured_at: row.measuredAt ?? "",
  };
}
