import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { DerivedSeries } from "./DerivedSeries";

vi.mock("@/session/react", () => ({ useCan: () => () => true }));

type DerivedObject = Schema["DerivedObjectOut"];

const report = (content_time: string, changes: Partial<DerivedObject> = {}): DerivedObject => ({
  sop_instance_uid: `1.2.${content_time}`,
  author: "Lee^Seoyeon=李^瑞娟=이^서연",
  content_date: "2026-01-06",
  content_time,
  version: null,
  superseded: false,
  approved_by: "",
  job: null,
  model: null,
  ...changes,
});

const series = (...objects: DerivedObject[]): Schema["DerivedSeriesOut"] => ({
  series_instance_uid: "1.2.3",
  modality: "SR",
  description: "Measurements",
  instances: objects.length,
  sop_instance_uids: [],
  objects,
});

function lines(...all: Schema["DerivedSeriesOut"][]) {
  render(
    <MantineProvider env="test">
      <MemoryRouter>
        <DerivedSeries title="Structured reports" series={all} />
      </MemoryRouter>
    </MantineProvider>,
  );
  return screen.queryAllByRole("listitem").map(({ textContent }) => textContent);
}

inEnglish();

describe("objects about the images", () => {
  it("stand newest first with author, time and version, the superseded ones marked", () => {
    const found = lines(
      series(report("0900", { version: 1, superseded: true })),
      series(report("1030", { version: 2 })),
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("Version 2");
    expect(found[0]).not.toContain("Superseded");
    expect(found[1]).toContain("Version 1Superseded");
    expect(found[1]).toMatch(/Author: .*瑞娟.* · Jan 6, 2026 09:00/);
  });

  it("leave out what is unknown, and link a published mask to its analysis", () => {
    const model = {
      id: "b",
      version: "1.0.2",
      kind: "network",
      result_kind: "segmentation",
      name: "Brain extraction",
    } as const;
    const [line] = lines(
      series(report("0900", { author: "", version: 1, job: 7, model, approved_by: "박도윤" })),
    );
    expect(line).not.toContain("Author");
    expect(line).toContain("Brain extraction, model version 1.0.2 · Approved by: 박도윤");
    expect(screen.getByRole("link").getAttribute("href")).toBe("/ai/jobs/7");
  });

  it("are no section where there are none", () => {
    expect(lines()).toEqual([]);
    expect(screen.queryByText("Structured reports")).toBeNull();
  });
});
