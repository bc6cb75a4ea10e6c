import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
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

test.each([
  [[named("T1")], "MR · T1 (20)"],
  [[named("T1"), named("T2")], ""],
])("the series is chosen where the study has but one", (series, chosen) => {
  const study = { study_instance_uid: "1.2", series } as unknown as Schema["StudyDetailOut"];
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ImportSegmentation study={study} opened onClose={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Series" }).value).toBe(chosen);
  cleanup();
});
