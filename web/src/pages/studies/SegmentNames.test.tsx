import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { inEnglish } from "@/testing/inEnglish";
import { SegmentNames } from "./SegmentNames";
import { importFields, nextSegment, wrongNumbers, type NamedSegment } from "./segmentTypes";

inEnglish();
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  },
);

function Form() {
  const [segments, setSegments] = useState([nextSegment([])]);
  const told = segments.map(({ number, label }) => `${number} ${label}`);
  return (
    <>
      <SegmentNames segments={segments} onChange={setSegments} />
      <output>{told.join(", ")}</output>
    </>
  );
}
const told = () => screen.getByRole("status").textContent;
const last = (label: string) => screen.getAllByLabelText(label).slice(-1)[0] as HTMLElement;

describe("the segments of an imported file", () => {
  it("are as many as are added, each with its number and name", async () => {
    const user = userEvent.setup();
    render(
      <MantineProvider env="test">
        <Form />
      </MantineProvider>,
    );
    await user.type(last("Name of the segment"), "Core");
    await user.click(screen.getByRole("button", { name: "Another segment" }));
    await user.type(last("Name of the segment"), "Edema");
    expect(told()).toBe("1 Core, 2 Edema");
    await user.clear(last("Number in the file"));
    await user.type(last("Number in the file"), "4");
    expect(told()).toBe("1 Core, 4 Edema");
    await user.click(screen.getByRole("button", { name: "Remove segment 1" }));
    expect(told()).toBe("4 Edema");
  });
});

describe("what is sent of them", () => {
  const core: NamedSegment = { number: 1, label: " Core ", type: "necrosis" };

  it("is each one that has a name, with its codes", () => {
    const sent = importFields([core, { ...core, number: 2, label: " " }], "unknown", "x");
    expect(Object.keys(sent)).toEqual(["segments"]);
    const segments = JSON.parse(sent.segments ?? "") as Record<string, unknown>[];
    expect(segments).toMatchObject([
      { number: 1, label: "Core", type: { meaning: "Necrosis", scheme: "SCT" } },
    ]);
  });

  it("says how the mask was made only where somebody knows", () => {
    expect(importFields([], "unknown", "x")).toEqual({});
    expect(importFields([], "MANUAL", "x")).toEqual({ algorithm_type: "MANUAL" });
    expect(importFields([], "AUTOMATIC", " nnU-Net ")).toEqual({
      algorithm_type: "AUTOMATIC",
      algorithm_name: "nnU-Net",
    });
  });

  it("has each number once, from 1 to 255", () => {
    expect(wrongNumbers([core, { ...core, number: 4 }]).size).toBe(0);
    const numbers = [1, 1, 0, 256, NaN].map((number) => ({ ...core, number }));
    expect([...wrongNumbers(numbers)]).toEqual([1, 0, 256, NaN]);
  });
});
