import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { FieldChoice } from "./FieldChoice";

const record: Schema["MergeRecordOut"] = {
  id: 1,
  patient_id: "P-1",
  full_name: "Emily Carter",
  birth_date: "1968-09-14",
  gender: "F",
  phone: "",
  address: "",
  restricted: false,
  has_account: false,
  version: 1,
  created_at: "2026-01-05T10:30:00Z",
};
const preview: Schema["MergePreviewOut"] = {
  survivor: record,
  duplicate: { ...record, id: 2, patient_id: "P-2", phone: "010-1" },
  fields: [
    { name: "full_name", survivor: "Emily Carter", duplicate: "Emily Carter", differs: false },
    { name: "phone", survivor: "", duplicate: "010-1", differs: true },
  ],
  follows: {},
  obstacles: [],
  warnings: [],
};

inEnglish();

describe("the values of a merge", () => {
  it("are chosen only where they differ, at first those of the record that stays", () => {
    const choose = vi.fn();
    render(
      <MantineProvider env="test">
        <FieldChoice preview={preview} chosen={{}} onChoose={choose} />
      </MantineProvider>,
    );
    const radios = screen.getAllByRole<HTMLInputElement>("radio");
    expect(radios.map(({ checked }) => checked)).toEqual([true, false]);
    fireEvent.click(screen.getByRole("radio", { name: "Phone: keep 010-1" }));
    expect(choose).toHaveBeenCalledWith({ phone: "duplicate" });
  });
});
