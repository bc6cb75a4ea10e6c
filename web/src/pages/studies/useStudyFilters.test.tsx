import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { sortAfter, useWorklist } from "./useStudyFilters";

function render(address: string) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
  );
  return renderHook(() => ({ ...useWorklist(), search: useLocation().search }), { wrapper });
}

describe("useWorklist", () => {
  it("keeps a patient's name and number out of the address", () => {
    const { result } = render("/studies");
    act(() => {
      result.current.change({ search: "김민준", modality: "MR" });
    });
    expect(result.current.worklist).toMatchObject({ search: "김민준", modality: "MR" });
    expect(result.current.search).toBe("?modality=MR");
  });

  it("reads the address and ignores what is no filter in it", () => {
    const { result } = render("/studies?reading=UNREAD&from=2026-01-05&until=tomorrow&mine");
    expect(result.current.worklist).toMatchObject({
      reading: "UNREAD",
      from: "2026-01-05",
      until: null,
      mine: true,
    });
    expect(render("/studies?reading=LOST").result.current.worklist.reading).toBeNull();
  });

  it("leaves nothing behind when a filter is cleared", () => {
    const { result } = render("/studies?reading=READ&mine");
    act(() => {
      result.current.change({ reading: null, mine: false });
    });
    expect(result.current.search).toBe("");
  });

  it("keeps a known order in the address", () => {
    const { result } = render("/studies?sort=-priority");
    expect(result.current.worklist.sort).toBe("-priority");
    expect(render("/studies?sort=-name").result.current.worklist.sort).toBe("-study_date");
    act(() => {
      result.current.change({ sort: "patient" });
    });
    expect(result.current.search).toBe("?sort=patient");
  });
});

describe("sortAfter", () => {
  it("begins with the newest date and the most urgent, and reverses", () => {
    expect(sortAfter("priority", "study_date")).toBe("-study_date");
    expect(sortAfter("-study_date", "study_date")).toBe("study_date");
    expect(sortAfter("-study_date", "priority")).toBe("priority");
    expect(sortAfter("priority", "priority")).toBe("-priority");
    expect(sortAfter("-priority", "priority")).toBe("priority");
  });
});
