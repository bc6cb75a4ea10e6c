import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { Htj2kState } from "./Htj2kState";

const study: Schema["Htj2kOut"] = { instances: 10, stored: 6, refused: [], paused: false };

function show(changes: Partial<Schema["Htj2kOut"]>) {
  render(
    <MantineProvider env="test">
      <Htj2kState htj2k={{ ...study, ...changes }} />
    </MantineProvider>,
  );
}

inEnglish();

describe("the state of the HTJ2K images", () => {
  it("is a bar with words while images wait", () => {
    show({});
    const bar = screen.getByRole("progressbar", { name: "Preparing images for fast viewing: 6 of 10" });
    expect(bar.getAttribute("aria-valuenow")).toBe("60");
  });

  it("says that the disk is full", () => {
    show({ paused: true });
    expect(screen.getByRole("status").textContent).toContain("disk is full");
  });

  it("is a badge at the end, which tells by keyboard what was refused", async () => {
    show({ refused: [{ reason: "LOSSY", instances: 4 }] });
    const badge = screen.getByText("Ready for fast viewing").closest("[tabindex]");
    fireEvent.focus(badge as Element);
    expect((await screen.findByRole("tooltip")).textContent).toContain(
      "already lossy-compressed: 4",
    );
  });

  it("is nothing where there was never a picture", () => {
    show({ stored: 0, refused: [{ reason: "NOT_AN_IMAGE", instances: 10 }] });
    expect(screen.queryByText(/viewing|images/i)).toBeNull();
  });
});
