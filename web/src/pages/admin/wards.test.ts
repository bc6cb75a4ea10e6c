import { expect, test } from "vitest";
import { wardBody, wardValues } from "./wards";

test("beds are lines in the form and a list in the API", () => {
  const ward = { id: 1, code: "5W", name: { ko: "5병동", en: "5 West" }, beds: ["501-1", "501-2"], active: true, version: 3 };
  expect(wardValues(ward)).toEqual({ name_ko: "5병동", name_en: "5 West", beds: "501-1\n501-2", active: "true" });
  expect(wardBody({ beds: "501-1\n\n 501-2, 502-1 " })).toEqual({ beds: ["501-1", "501-2", "502-1"] });
  expect(wardBody({ active: false })).toEqual({ active: false });
});
