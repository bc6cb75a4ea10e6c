import { Stack } from "@mantine/core";
import type { PanelProps } from "@/shared/chart/panel";
import { Allergies } from "./Allergies";
import { Problems } from "./Problems";

/** The allergy list and the problem list. */
export default function ProblemsTab({ patient }: PanelProps) {
  return (
    <Stack>
      <Allergies patient={patient.id} />
      <Problems patient={patient.id} />
    </Stack>
  );
}
