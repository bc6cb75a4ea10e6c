import { describe, expect, it } from "vitest";
import { stepsOf, type Job } from "./jobs";

function job(...steps: string[]): Job {
  return { timeline: steps.map((step, index) => ({ step, at: `t${index}` })) } as unknown as Job;
}

const ahead = (...steps: string[]) => steps.map((step) => ({ step, at: null }));

describe("stepsOf", () => {
  it("shows the whole way to come for a new job", () => {
    expect(stepsOf(job("requested"))).toEqual([
      { step: "requested", at: "t0" },
      ...ahead("processing", "completed", "approved", "seg_stored", "seg_seen", "published"),
    ]);
  });

  it("ends where a job ended", () => {
    expect(stepsOf(job("requested", "processing", "failed"))).toHaveLength(3);
    expect(stepsOf(job("requested", "processing", "completed", "rejected"))).toHaveLength(4);
  });

  it("goes on after a second try", () => {
    const steps = stepsOf(job("requested", "processing", "failed", "pending", "processing"));
    expect(steps.slice(5)).toEqual(
      ahead("completed", "approved", "seg_stored", "seg_seen", "published"),
    );
  });

  it("shows what is left of a publication", () => {
    const steps = stepsOf(job("requested", "processing", "completed", "approved", "seg_stored"));
    expect(steps.slice(5)).toEqual(ahead("seg_seen", "published"));
  });

  it("waits for no SEG of a result without a mask", () => {
    const done = { ...job("requested", "processing", "completed"), result: {}, segmentation: null };
    expect(stepsOf(done as Job).slice(3)).toEqual(ahead("approved", "published"));
    expect(stepsOf({ ...done, segmentation: 3 } as Job).slice(3)).toHaveLength(4);
  });

  it("keeps what is to come after a failed publication", () => {
    const steps = stepsOf(
      job("requested", "processing", "completed", "approved", "publication_failed", "publication_retried"),
    );
    expect(steps.slice(6)).toEqual(ahead("seg_stored", "seg_seen", "published"));
  });

  it("starts anew at the review of a result that was returned to it", () => {
    const before = ["requested", "processing", "completed", "approved", "seg_stored"] as const;
    const steps = stepsOf(job(...before, "publication_failed", "returned_to_review"));
    expect(steps.slice(7)).toEqual(ahead("approved", "seg_stored", "seg_seen", "published"));
  });

  it("passes over steps it does not know", () => {
    expect(stepsOf(job("requested", "polished"))[1]?.step).toBe("processing");
  });
});
