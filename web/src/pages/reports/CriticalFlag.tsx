import { Badge, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import type { Report } from "./data";

type Category = Schema["ReportCriticalCategory"];
const CATEGORIES = [
  "haemorrhage",
  "large_vessel_occlusion",
  "herniation",
  "mass_effect",
  "hydrocephalus",
  "fracture",
  "foreign_body",
  "other",
] as const satisfies Category[];

/** That a report was flagged as critical, or the button that does it. */
export function CriticalFlag({ report }: { report: Report }) {
  const { t } = useTranslation();
  const can = useCan();
  const [opened, { open, close }] = useDisclosure();
  if (report.critical) {
    return (
      <Badge component={Link} to="/critical-results" color="red" style={{ cursor: "pointer" }}>
        {t(`criticalResults.category.${report.critical.category}`)}
      </Badge>
    );
  }
  if (!can("critical_result") || report.status === "discarded") return null;
  return (
    <>
      <Button size="xs" variant="outline" color="red" aria-keyshortcuts="Alt+C" onClick={open}>
        {t("criticalResults.flag.button")}
      </Button>
      {opened && <FlagDialog report={report.id} onClose={close} />}
    </>
  );
}

function FlagDialog({ report, onClose }: { report: number; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [category, setCategory] = useState<Category | null>(null);
  const [note, setNote] = useState("");
  const flag = useMutation({
    mutationFn: (chosen: Category) =>
      unwrap(
        api.POST("/api/ris/reports/{report_id}/critical/", {
          params: { path: { report_id: report } },
          body: { category: chosen, note: note.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("criticalResults.flag.done"));
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.reports.all }),
        client.invalidateQueries({ queryKey: keys.criticalResults.all }),
      ]);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("criticalResults.flag.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (category) flag.mutate(category);
        }}
      >
        <Stack>
          <Text size="sm">{t("criticalResults.flag.hint")}</Text>
          <Select
            label={t("criticalResults.flag.category")}
            data-autofocus
            required
            data={CATEGORIES.map((each) => ({ value: each, label: t(`criticalResults.category.${each}`) }))}
            value={category}
            onChange={setCategory}
          />
          <TextInput
            label={t("criticalResults.flag.note")}
            maxLength={500}
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
            }}
          />
          {flag.isError && <ErrorNotice error={flag.error} detailed />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" color="red" loading={flag.isPending} disabled={!category}>
              {t("criticalResults.flag.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
