import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { Measurements } from "./Measurements";

inEnglish();

test("a quantity is rounded: `unit` among the words would be an option of the number's format", () => {
  const quantities = [{ id: "product", label: "Product", value: 1147.867838541667, unit: "mm2" }];
  const result = { measurements: [], quantities, classes: [], version: null } as unknown as Schema["ResultOut"];
  render(
    <MantineProvider env="test">
      <Measurements result={result} review="PENDING" card={null} />
    </MantineProvider>,
  );
  expect(screen.getByText("1,148 mm²")).toBeTruthy();
});
