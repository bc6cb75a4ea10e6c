import { Stack } from "@mantine/core";
import type { PanelProps } from "@/shared/chart/panel";
import { AnalyteTable } from "./AnalyteTable";
import { MolecularResults } from "./MolecularResults";

/** The laboratory's results: values by analyte with their course, genetics, proteins. */
export default function LaboratoryTab({ patient }: PanelProps) {
  return (
    <Stack>
      <AnalyteTable patient={patient.id} />
      <MolecularResults patient={patient.id} />
    </Stack>
  );
}
