import { describe, expect, it, vi } from "vitest";
import { WardEntry, type EntryTools } from "./entry";

const BEDSIDE = { limits: [{ measure: "heart_rate" as const, low: 51, high: 90 }], latest: [] };
const OFFLINE = new Error("offline");

function ward(send: EntryTools["send"]) {
  const jobs: (() => void)[] = [];
  let ids = 0;
  const entry = new WardEntry({
    send,
    isTransient: (error) => error === OFFLINE,
    textOf: String,
    now: () => new Date("2026-01-05T09:30:00Z"),
    newId: () => `id-${++ids}`,
    later: (job) => jobs.push(job),
  });
  const row = (patient: number) => entry.getRows().get(patient);
  return { entry, row, jobs };
}

type Sent = Parameters<EntryTools["send"]>[0];
const created: EntryTools["send"] = (rows) =>
  Promise.resolve(
    rows.map(({ client_id }) => ({ client_id, outcome: "created" as const, error: null })),
  );

describe("the rows of a ward", () => {
  it("are saved one by one when the person goes on", async () => {
    const send = vi.fn(created);
    const { entry, row } = ward(send);
    entry.set(7, "heart_rate", "72");
    expect(entry.leave(7, BEDSIDE, null)).toBe(true);
    expect(row(7)?.state).toBe("saving");
    await vi.waitFor(() => {
      expect(row(7)).toMatchObject({ state: "saved", texts: {} });
    });
    expect(send.mock.calls[0]?.[0]).toEqual([
      { patient: 7, client_id: "id-1", measured_at: "2026-01-05T09:30:00.000Z", heart_rate: 72 },
    ]);
    expect(entry.unsaved).toBe(0);
  });

  it("keep the person while a cell cannot be right, and ask once what is unusual", async () => {
    const send = vi.fn(created);
    const { entry, row } = ward(send);
    entry.set(7, "heart_rate", "7200");
    expect(entry.leave(7, BEDSIDE, null)).toBe(false);
    entry.set(7, "heart_rate", "190");
    expect(entry.leave(7, BEDSIDE, null)).toBe(false);
    expect(row(7)).toMatchObject({ state: "asking", unusual: ["heart_rate"] });
    expect(send).not.toHaveBeenCalled();
    expect(entry.leave(7, BEDSIDE, null)).toBe(true);
    await vi.waitFor(() => {
      expect(row(7)?.state).toBe("saved");
    });
    entry.set(7, "heart_rate", "191");
    expect(entry.leave(7, BEDSIDE, null)).toBe(false);
  });

  it("wait without the network, unchanged and under the same id, and are sent again", async () => {
    const send = vi.fn(created).mockRejectedValueOnce(OFFLINE);
    const { entry, row, jobs } = ward(send);
    entry.set(7, "heart_rate", "72");
    entry.leave(7, BEDSIDE, null);
    await vi.waitFor(() => {
      expect(row(7)?.state).toBe("waiting");
    });
    expect([entry.unsaved, entry.waiting]).toEqual([1, 1]);
    entry.set(7, "heart_rate", "73");
    expect(row(7)?.texts.heart_rate).toBe("72");
    jobs[0]?.();
    await vi.waitFor(() => {
      expect(row(7)?.state).toBe("saved");
    });
    expect(send.mock.calls[1]?.[0]).toEqual(send.mock.calls[0]?.[0]);
  });

  it("say which cell the server refused, and are another row once corrected", async () => {
    const error = { code: "ERR_101", message: "No.", field: "pain", detail: "", timestamp: "", request_id: "" };
    const send = vi.fn(created).mockImplementationOnce((rows) =>
      Promise.resolve(rows.map(({ client_id }) => ({ client_id, outcome: "refused" as const, error }))),
    );
    const { entry, row } = ward(send);
    entry.set(7, "pain", "3");
    entry.leave(7, BEDSIDE, null);
    await vi.waitFor(() => {
      expect(row(7)).toMatchObject({ state: "refused", field: "pain", message: "No." });
    });
    const before = row(7)?.clientId;
    entry.set(7, "pain", "2");
    expect(row(7)).toMatchObject({ state: "editing", message: "" });
    expect(row(7)?.clientId).not.toBe(before);
  });

  it("are not sent again when the server says no to all of them", async () => {
    const { entry, row, jobs } = ward(vi.fn().mockRejectedValue(new Error("forbidden")));
    entry.set(7, "pain", "3");
    entry.leave(7, BEDSIDE, null);
    await vi.waitFor(() => {
      expect(row(7)).toMatchObject({ state: "refused", texts: { pain: "3" } });
    });
    expect(jobs).toEqual([]);
  });

  it("that are left while others are being sent are sent next", async () => {
    const answers: (() => void)[] = [];
    const send = vi.fn((rows: Sent) =>
      new Promise<void>((resolve) => answers.push(resolve)).then(() => created(rows)),
    );
    const { entry, row } = ward(send);
    entry.set(7, "pain", "3");
    entry.leave(7, BEDSIDE, null);
    entry.set(8, "pain", "4");
    entry.leave(8, BEDSIDE, null);
    answers[0]?.();
    await vi.waitFor(() => {
      expect(answers).toHaveLength(2);
    });
    answers[1]?.();
    await vi.waitFor(() => {
      expect(row(8)?.state).toBe("saved");
    });
    expect(send.mock.calls.map(([rows]) => rows.map(({ patient }) => patient))).toEqual([[7], [8]]);
  });
});
