import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { ImportSegmentation } from "./ImportSegmentation";

vi.stubGlobal(
  "ResizeObserver",
  class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  },
);
inEnglish();

const named = (uid: string) => ({ series_instance_uid: uid, modality: "MR", description: uid, images: 20 });

function shown(series: object[]) {
  const study = { study_instance_uid: "1.2", series } as unknown as Schema["StudyDetailOut"];
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ImportSegmentation study={study} opened onClose={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test.each([
  [[named("T1")], "MR · T1 (20)"],
  [[named("T1"), named("T2")], ""],
])("the series is chosen where the study has but one", (series, chosen) => {
  shown(series);
  expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Series" }).value).toBe(chosen);
  cleanup();
});

test("a file over the limit, which is named before, is not sent", async () => {
  shown([named("T1")]);
  expect(screen.getByText(/up to 10 MB/)).toBeTruthy();
  const file = new File([new Uint8Array(10_000_001)], "mask.nii");
  const input = document.querySelector('input[type="file"]');
  if (!input) throw new Error("no file input");
  fireEvent.change(input, { target: { files: [file] } });
  expect(await screen.findByText(/larger than 10 MB/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Import" }).disabled).toBe(true);
});
