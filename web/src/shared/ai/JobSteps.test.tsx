import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { inEnglish } from "@/testing/inEnglish";
import { JobSteps } from "./JobSteps";
import type { Job } from "./jobs";

inEnglish();

test("the steps of a running analysis say how far it is and how long it will take", () => {
  const job = {
    id: 1,
    status: "PROCESSING",
    timeline: [],
    publication: { status: "NONE" },
    model: { result_kind: "segmentation" },
    outlook: { progress: 0.4, expected_wait_s: 12, place: null },
  } as unknown as Job;
  render(
    <MantineProvider env="test">
      <JobSteps job={job} />
    </MantineProvider>,
  );
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("40");
  expect(screen.getByText(/12/)).toBeTruthy();
});
