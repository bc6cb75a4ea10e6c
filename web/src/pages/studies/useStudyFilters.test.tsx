import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { useWorklist } from "./useStudyFilters";

function render(address: string) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
  );
  return renderHook(() => ({ ...useWorklist(), search: useLocation().search }), { wrapper });
}

describe("useWorklist", () => {
  it("keeps a patient's number out of the address", () => {
    const { result } = render("/studies");
    act(() => {
      result.current.change({ mrn: "P2026-0001", modality: "MR" });
    });
    expect(result.current.worklist).toMatchObject({ mrn: "P2026-0001", modality: "MR" });
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
});
