import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CriticalList } from "./CriticalList";
import { LabFrame } from "./LabFrame";

/** Critical values: those that wait to be read back, and those that are done. */
export default function CriticalPage() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<"open" | "closed">("open");
  return (
    <LabFrame title={t("lab.pages.criticals")}>
      <SegmentedControl
        size="xs"
        style={{ alignSelf: "flex-start" }}
        aria-label={t("lab.critical.shown")}
        value={shown}
        onChange={setShown}
        data={[
          { value: "open", label: t("lab.critical.open") },
          { value: "closed", label: t("lab.critical.closed") },
        ]}
      />
      <CriticalList key={shown} open={shown === "open"} />
    </LabFrame>
  );
}
