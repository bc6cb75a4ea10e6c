import { Paper, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { AlertList } from "./AlertList";
import { MarkAllRead } from "./MarkAllRead";

export default function AlertsPage() {
  const { t } = useTranslation();
  const [shown, setShown] = useState("all");
  return (
    <>
      <PageHeader title={t("alerts.title")}>
        <SegmentedControl
          size="xs"
          aria-label={t("alerts.show")}
          value={shown}
          onChange={setShown}
          data={[
            { value: "all", label: t("common.all") },
            { value: "unread", label: t("alerts.unread") },
          ]}
        />
        <MarkAllRead />
      </PageHeader>
      <Paper withBorder>
        <AlertList unreadOnly={shown === "unread"} />
      </Paper>
    </>
  );
}
