import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import { Autosave, changesFrom, type Draft } from "./autosave";
import type { Changes, Report } from "./data";

const FIRST = { id: 1, version: 1, saved_at: "t1", sections: { findings: "a" }, fields: {}, key_images: [] };
const reportOf = (changes: object = {}) => ({ ...FIRST, ...changes }) as unknown as Report;
const saying = (findings: string): Draft => ({ sections: { findings }, fields: {}, key_images: [] });
const networkError = () => new ApiError("network", 0, null, "", "", null, null);
const refusal = (status: number, code: string) => new ApiError("refused", status, code, "", "", null, null);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that answers one after another: a version, or an error. */
function server(...answers: (number | ApiError)[]) {
  const sent: [number, Changes][] = [];
  const save = (version: number, changes: Changes) => {
    sent.push([version, changes]);
    const answer = answers.shift();
    return answer instanceof ApiError
      ? Promise.reject(answer)
      : Promise.resolve(reportOf({ version: answer, saved_at: `t${answer}` }));
  };
  return { sent, autosave: new Autosave(reportOf(), save) };
}

describe("what is sent of a draft", () => {
  it("is what changed; a field that was emptied is null", () => {
    const before = { sections: { a: "1", b: "2" }, fields: { x: 1, y: ["p"], z: "q" }, key_images: [] };
    const now = { sections: { a: "1", b: "3" }, fields: { y: ["p"], z: "r" }, key_images: [] };
    expect(changesFrom(before, now)).toEqual({ sections: { b: "3" }, fields: { x: null, z: "r" } });
    expect(changesFrom(now, now)).toEqual({});
    const image = { sop_instance_uid: "1.2", frame: 3 };
    const chosen = { ...now, key_images: [{ ...image, series_instance_uid: "1" }] };
    expect(changesFrom(now, chosen)).toEqual({ key_images: [image] });
  });
});

describe("a draft", () => {
  it("is saved once after a pause, and says when and as which version", async () => {
    const { autosave, sent } = server(2);
    autosave.change(saying("ab"));
    autosave.change(saying("abc"));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(sent).toEqual([[1, { sections: { findings: "abc" } }]]);
    expect(autosave.getState()).toMatchObject({ phase: "saved", version: 2, savedAt: "t2" });
  });

  it("is kept while the server is unreachable, and sent until it answers", async () => {
    const { autosave, sent } = server(networkError(), refusal(503, "ERR_501"), 2);
    autosave.change(saying("b"), { key: "k", section: "findings", text: "b" });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(autosave.getState()).toMatchObject({ phase: "unreachable", draft: saying("b"), version: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(autosave.isSaved).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(autosave.isSaved).toBe(true);
    expect(sent).toHaveLength(3);
    expect(sent[2]?.[1].taken_over).toEqual([{ key: "k", section: "findings", text: "b" }]);
  });

  it("that is typed on while it is being saved is saved again", async () => {
    const sent: [number, Changes][] = [];
    const autosave: Autosave = new Autosave(reportOf(), (version, changes) => {
      sent.push([version, changes]);
      if (version === 1) autosave.change(saying("bc"));
      return Promise.resolve(reportOf({ version: version + 1 }));
    });
    autosave.change(saying("b"));
    expect(await autosave.flush()).toBe(true);
    expect(sent).toEqual([
      [1, { sections: { findings: "b" } }],
      [2, { sections: { findings: "bc" } }],
    ]);
  });

  it("that somebody else saved meanwhile waits for a decision", async () => {
    const { autosave, sent } = server(refusal(409, "ERR_301"), 6);
    autosave.change(saying("mine"));
    expect(await autosave.flush()).toBe(false);
    expect(autosave.getState()).toMatchObject({ phase: "conflict", draft: saying("mine") });
    autosave.change(saying("mine!"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
    autosave.resolve(reportOf({ version: 5, sections: { findings: "theirs" } }), "mine");
    await vi.advanceTimersByTimeAsync(0);
    expect(sent[1]).toEqual([5, { sections: { findings: "mine!" } }]);
    expect(autosave.getState()).toMatchObject({ phase: "saved", version: 6 });
  });

  it("gives way to the other text if the person chooses so", async () => {
    const { autosave, sent } = server(refusal(409, "ERR_301"));
    autosave.change(saying("mine"));
    await autosave.flush();
    autosave.resolve(reportOf({ version: 5, sections: { findings: "theirs" } }), "theirs");
    expect(autosave.getState()).toMatchObject({ phase: "saved", version: 5, draft: saying("theirs") });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
  });

  it("that the server refuses stays, and is not sent again by itself", async () => {
    const { autosave, sent } = server(refusal(400, "ERR_101"), 2);
    autosave.change(saying("b"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
    expect(autosave.getState()).toMatchObject({ phase: "refused", draft: saying("b") });
    expect(await autosave.flush()).toBe(true);
  });

  it("can be saved without a value's source that is refused", async () => {
    const gone = new ApiError("refused", 400, "ERR_101", "", "", "taken_over", null);
    const { autosave, sent } = server(gone, 2);
    autosave.change(saying("b"), { key: "k", section: "findings", text: "b" });
    expect(await autosave.flush()).toBe(false);
    expect(await autosave.flush()).toBe(true);
    expect(sent[1]).toEqual([1, { sections: { findings: "b" } }]);
  });

  it("shows what is read anew only if it is newer and nothing is unsaved", async () => {
    const { autosave } = server(3);
    autosave.read(reportOf({ version: 2, sections: { findings: "theirs" } }));
    expect(autosave.getState()).toMatchObject({ version: 2, draft: saying("theirs") });
    autosave.change(saying("mine"));
    autosave.read(reportOf({ version: 9, sections: { findings: "other" } }));
    expect(autosave.getState()).toMatchObject({ version: 2, draft: saying("mine") });
    await autosave.flush();
    autosave.read(reportOf({ version: 2, sections: { findings: "theirs" } }));
    expect(autosave.getState()).toMatchObject({ version: 3, draft: saying("mine") });
  });

  it("that is being saved when another person comes is not touched again", async () => {
    const sent: Changes[] = [];
    const autosave: Autosave = new Autosave(reportOf(), (version, changes) => {
      sent.push(changes);
      autosave.stop();
      return Promise.resolve(reportOf({ version: version + 1 }));
    });
    autosave.change(saying("b"));
    await autosave.flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([{ sections: { findings: "b" } }]);
  });

  it("is forgotten for the next person", async () => {
    const { autosave, sent } = server(2);
    autosave.change(saying("b"));
    autosave.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
  });
});
