import { Stack } from "@mantine/core";
import type { PanelProps } from "@/shared/chart/panel";
import { Notes } from "./Notes";
import { Results } from "./Results";

/** Clinical notes, and the results that departments wrote. */
export default function DocumentsTab({ patient }: PanelProps) {
  return (
    <Stack>
      <Notes patient={patient.id} />
      <Results patient={patient.id} />
    </Stack>
  );
}
