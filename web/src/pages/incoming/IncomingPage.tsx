import { Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { PageHeader } from "@/shared/PageHeader";
import { IncomingRuns } from "./IncomingRuns";
import { IncomingRows } from "./IncomingRows";

const STATES = [
  "CANDIDATES",
  "NEW",
  "MATCHED_EXACT",
  "RESOLVED",
  "REJECTED",
  "WAITING",
] as const satisfies Schema["IncomingState"][];

/** Patients of other hospitals: what was sent, and who they are here. */
export default function IncomingPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<Schema["IncomingState"]>("CANDIDATES");
  const [run, setRun] = useState<number | null>(null);
  return (
    <>
      <PageHeader title={t("incoming.title")} subtitle={t("incoming.subtitle")} />
      <Stack>
        <IncomingRuns chosen={run} onChoose={setRun} />
        <Select
          label={t("incoming.show")}
          data={STATES.map((value) => ({ value, label: t(`incoming.state.${value}`) }))}
          value={state}
          allowDeselect={false}
          maw={280}
          onChange={(next) => {
            setState(STATES.find((each) => each === next) ?? "CANDIDATES");
          }}
        />
        <IncomingRows key={`${state} ${run ?? ""}`} state={state} run={run} />
      </Stack>
    </>
  );
}
