import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { SeriesMoves } from "./SeriesMoves";

inEnglish();

it("a series that was not moved is named, with why and what to do", async () => {
  const move = {
    series_instance_uid: "1.2.9",
    modality: "MR",
    series_number: 3,
    series_description: "T1",
    from_study_instance_uid: "1.2",
    from_description: "Brain",
    from_study_date: "2026-03-02",
    into_study_instance_uid: "1.3",
    into_description: "",
    into_study_date: null,
    decided_by: "Park Doyun",
    decided_at: "2026-03-02T10:02:40+09:00",
    done_at: "2026-03-02T10:04:00+09:00",
    failure: "other_patient",
  };
  vi.spyOn(api, "GET").mockResolvedValue({
    data: { results: [move] },
    response: new Response(),
  } as never);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <SeriesMoves studyInstanceUid="1.2" />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const said = await screen.findByRole("alert");
  expect(said.textContent).toMatch(
    /Park Doyun: MR · 3 · T1 was not moved from Mar 2, 2026 · Brain to No description.*Match the other study/,
  );
});
