import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { Section } from "@/shared/Section";
import type { Pair } from "./MergeDrawer";

/** Two records that somebody knows to be one person's. */
export function ChoosePair({ onCompare }: { onCompare: (pair: Pair) => void }) {
  const { t } = useTranslation();
  const [survivor, setSurvivor] = useState<Patient | null>(null);
  const [duplicate, setDuplicate] = useState<Patient | null>(null);
  return (
    <Section title={t("merging.choose")}>
      <Group align="flex-end">
        <PatientPicker label={t("merging.survivor")} value={survivor} onChange={setSurvivor} />
        <PatientPicker label={t("merging.duplicate")} value={duplicate} onChange={setDuplicate} />
        <Button
          variant="light"
          disabled={!survivor || !duplicate || survivor.id === duplicate.id}
          onClick={() => {
            if (survivor && duplicate) {
              onCompare({ survivor: survivor.id, duplicate: duplicate.id });
            }
          }}
        >
          {t("merging.compare")}
        </Button>
      </Group>
    </Section>
  );
}
