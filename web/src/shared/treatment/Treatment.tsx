import { Stack } from "@mantine/core";
import { AdverseEvents, Events, Performance } from "./Course";
import { Curves } from "./Curves";
import { Plans } from "./Plans";
import { Responses } from "./Responses";
import { Visits } from "./Visits";

/** Treatment and follow-up of a patient: a tab of the patient's page, and a page of its own. */
export function Treatment({ patient }: { patient: number }) {
  return (
    <Stack>
      <Plans patient={patient} />
      <Responses patient={patient} />
      <Curves patient={patient} />
      <Events patient={patient} />
      <AdverseEvents patient={patient} />
      <Performance patient={patient} />
      <Visits patient={patient} />
    </Stack>
  );
}
