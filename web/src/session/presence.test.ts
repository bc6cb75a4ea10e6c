import { describe, expect, it, vi } from "vitest";
import { Presence } from "./presence";

describe("Presence", () => {
  it("lasts a minute after the last input", () => {
    let now = 0;
    const presence = new Presence(() => now);
    expect(presence.isHere()).toBe(true);
    now = 60_000;
    expect(presence.isHere()).toBe(false);
    presence.note();
    expect(presence.isHere()).toBe(true);
  });

  it("follows the input of a page, and tells while the page is seen", () => {
    vi.useFakeTimers();
    const presence = new Presence(() => Date.now());
    const tell = vi.fn();
    const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
    presence.follow(window, tell);
    vi.advanceTimersByTime(60_000);
    expect([presence.isHere(), tell.mock.calls.length]).toEqual([false, 1]);
    window.dispatchEvent(new Event("keydown"));
    expect(presence.isHere()).toBe(true);
    seen.mockReturnValue("hidden");
    vi.advanceTimersByTime(180_000);
    expect(tell).toHaveBeenCalledTimes(1);
    seen.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(tell).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});
