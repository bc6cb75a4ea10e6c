import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import { setLanguage } from "@/i18n";
import { inEnglish } from "@/testing/inEnglish";
import { LabResult } from "./LabResult";

const analytes = [
  { code: "718-7", name: "Haemoglobin", value: 6.4, unit: "g/dL", low: 12, high: 16, flag: "LL" },
  { code: "X-1", name: "Own test", value: "<0.5", unit: "ng/mL" },
];

function show(result: Record<string, unknown>) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.analytes, [{ code: "718-7", name: { ko: "혈색소(Hb)", en: "Haemoglobin" } }]);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <LabResult result={result} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

inEnglish();

describe("a laboratory result", () => {
  it("names analytes from the catalogue in the reader's language, without codes", async () => {
    await setLanguage("ko", false);
    show({ analytes, comment: "용혈 없음" });
    const [, haemoglobin, own] = screen.getAllByRole("row").map((row) => row.textContent);
    expect(haemoglobin).toMatch(/^혈색소\(Hb\)6\.4 g\/dL12–16/);
    expect(own).toBe("Own test<0.5 ng/mL–");
    expect(screen.queryByText(/718-7|LOINC/)).toBeNull();
    expect(screen.getByText("의견: 용혈 없음")).toBeTruthy();
    await act(() => setLanguage("en", false));
    expect(screen.getAllByRole("row")[1]?.textContent).toMatch(/^Haemoglobin6\.4/);
  });

  it("shows flags in words, and genes and proteins too", () => {
    show({ analytes, gene_mutations: [{ gene: "IDH1", hgvs: "c.395G>A", vaf: 0.4 }] });
    expect(screen.getByText("Critically low")).toBeTruthy();
    expect(screen.getByText("c.395G>A")).toBeTruthy();
  });

  it("hides nothing that it does not know, and shows a bound as it was given", () => {
    const given = { ...analytes[1], code: "2", given_value: "<500", given_unit: "pg/mL" };
    show({ finding: "clear", analytes: [given] });
    expect(screen.getByText("clear")).toBeTruthy();
    expect(screen.getByText("entered as <500 pg/mL")).toBeTruthy();
  });
});
