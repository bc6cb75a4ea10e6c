import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { UploadQueue, type Answer, type ChosenFile, type Send } from "./queue";

type Result = Answer["files"][number];

function file(name: string, size = 10): ChosenFile {
  return { name, file: new File([new Uint8Array(size)], name, { lastModified: 1 }) };
}

function result(name: string, status: Result["status"] = "stored", code: string | null = null): Result {
  const place = status === "rejected" ? null : "indexed";
  return { name, status, place, code, message: null, sop_instance_uid: name, study_instance_uid: "1.2" };
}

function stored(files: ChosenFile[]): Promise<Answer> {
  return Promise.resolve({ indexed: true, status_url: null, studies: [], files: files.map(({ name }) => result(name)) });
}

const atOnce = () => Promise.resolve();

async function finished(queue: UploadQueue): Promise<void> {
  await new Promise<void>((resolve) => {
    queue.subscribe(() => {
      if (queue.getView().phase !== "running") resolve();
    });
  });
}

function queueOf(send: Send, names: ChosenFile[]): UploadQueue {
  const queue = new UploadQueue(send, atOnce);
  queue.add(names);
  return queue;
}

describe("UploadQueue", () => {
  it("sends in batches and keeps the folders of the names", async () => {
    const batches: string[][] = [];
    const files = Array.from({ length: 120 }, (_, n) => file(`CD/IM${n}`));
    const queue = queueOf((batch) => {
      batches.push(batch.map(({ name }) => name));
      return stored(batch);
    }, files);
    queue.start("P1");
    await finished(queue);
    expect(batches.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(batches[0]?.[0]).toBe("CD/IM0");
    expect(queue.getView().counts.stored).toBe(120);
    expect(queue.getView().studies.get("1.2")).toBe(120);
  });

  it("does not take the same file twice", () => {
    const queue = queueOf(stored, [file("a"), file("a"), file("a", 11)]);
    expect(queue.getView().items).toHaveLength(2);
  });

  it("gives each of two files of one name its own result", async () => {
    const queue = queueOf(
      () =>
        Promise.resolve({
          indexed: true,
          status_url: null,
          studies: [],
          files: [result("a"), result("a", "rejected", "ERR_110")],
        }),
      [file("a"), file("a", 11)],
    );
    queue.start();
    await finished(queue);
    expect(queue.getView().items.map(({ state }) => state)).toEqual(["stored", "rejected"]);
  });

  it("tries again after a silent server, then stops with the files failed and the rest waiting", async () => {
    let calls = 0;
    const dead = new ApiError("network", 0, null, "", "", null, null);
    const files = Array.from({ length: 60 }, (_, n) => file(`${n}`));
    const queue = queueOf(() => {
      calls += 1;
      return Promise.reject(dead);
    }, files);
    queue.start();
    await finished(queue);
    expect(calls).toBe(4);
    expect(queue.getView()).toMatchObject({ phase: "paused", error: dead });
    expect(queue.getView().counts).toMatchObject({ failed: 50, waiting: 10 });
  });

  it("sends failed files again when asked", async () => {
    let down = true;
    const queue = queueOf(
      (batch) =>
        down
          ? Promise.resolve({ indexed: true, status_url: null, studies: [], files: batch.map(({ name }) => result(name, "rejected", "ERR_502")) })
          : stored(batch),
      [file("a")],
    );
    queue.start();
    await finished(queue);
    expect(queue.getView().counts.failed).toBe(1);
    down = false;
    queue.retry();
    await finished(queue);
    expect(queue.getView().counts).toMatchObject({ failed: 0, stored: 1 });
  });

  it("breaks off a transfer when paused, and sends it again when resumed", async () => {
    let calls = 0;
    const queue = queueOf((batch, _patient, _progress, signal) => {
      calls += 1;
      if (calls > 1) return stored(batch);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(new DOMException("aborted", "AbortError"));
        });
      });
    }, [file("a")]);
    queue.start();
    queue.pause();
    await new Promise((resolve) => setTimeout(resolve));
    expect(queue.getView().phase).toBe("paused");
    queue.start();
    await finished(queue);
    expect(queue.getView().counts.stored).toBe(1);
    expect(queue.getView().error).toBeNull();
  });

  it("lets a zip count as its entries and lists the rejected ones", async () => {
    const queue = queueOf(
      () =>
        Promise.resolve({
          indexed: true,
          status_url: null,
          studies: [],
          files: [result("cd.zip/1"), result("cd.zip/2", "rejected", "ERR_110")],
        }),
      [file("cd.zip"), file("notes.txt")],
    );
    queue.start();
    await finished(queue);
    expect(queue.getView().items.map(({ name, state }) => [name, state])).toEqual([
      ["cd.zip", "stored"],
      ["notes.txt", "skipped"],
      ["cd.zip/2", "rejected"],
    ]);
  });

  it("stops at a refusal that concerns all files", async () => {
    const refusal = new ApiError("refused", 404, "ERR_201", "no such patient", "", null, null);
    const queue = queueOf(() => Promise.reject(refusal), [file("a")]);
    queue.start();
    await finished(queue);
    expect(queue.getView()).toMatchObject({ phase: "paused", error: refusal });
    expect(queue.getView().counts.waiting).toBe(1);
  });
});
