import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { setLanguage } from "@/i18n";
import { inEnglish } from "@/testing/inEnglish";
import { Confidence } from "./Confidence";

const result: Schema["ResultOut"] = {
  risk_score: null,
  confidence: 0.9977,
  processing_time: 4.4,
  preview_png: "",
  warnings: [],
  measurements: [],
  version: 1,
  kind: "ai",
  quantities: [],
  classes: [],
  statements: [],
};

function textIn(language: "en" | "ko") {
  return setLanguage(language, false).then(() => {
    const { container } = render(
      <MantineProvider env="test">
        <Confidence result={result} />
      </MantineProvider>,
    );
    return container.textContent;
  });
}

inEnglish();

describe("what a model says of its mask", () => {
  it("is named what it is, without a percentage or a tick", async () => {
    const text = await textIn("en");
    expect(text).toContain("Mean voxel probability of the mask0.998");
    expect(text).toContain("Not the probability that the result is right.");
    expect(text).not.toMatch(/%|confidence/i);
    expect(screen.queryByRole("progressbar")).toBeNull();
    cleanup();
    const korean = await textIn("ko");
    expect(korean).toContain("결과가 맞을 확률이 아닙니다.");
    expect(korean).not.toContain("신뢰도");
  });
});
