import { Button, Checkbox, Group, Modal, Select, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowsSplit } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { showSuccess } from "@/shared/toasts";
import { calendarDate } from "@/shared/when";
import { MoveRefused, SeriesMoves } from "./SeriesMoves";

type Study = Schema["StudyDetailOut"];

interface MoveSeriesProps {
  study: Study;
}

/** For those who match studies: series go to a study of their own, or to another of the patient. */
export function MoveSeries({ study }: MoveSeriesProps) {
  const { t } = useTranslation();
  const can = useCan();
  const [search] = useSearchParams();
  const [opened, { open, close }] = useDisclosure(search.has("moves"));
  if (!can("match_study")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconArrowsSplit size={18} aria-hidden />} onClick={open}>
        {t("unmatched.move.open")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t("unmatched.move.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {opened && <MoveForm study={study} onClose={close} />}
      </Modal>
    </>
  );
}

function MoveForm({ study, onClose }: MoveSeriesProps & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { study_instance_uid } = study;
  const path = { study_instance_uid };
  const [series, setSeries] = useState<string[]>([]);
  const [into, setInto] = useState("");
  const moving = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ris/studies/{study_instance_uid}/series-moves/", {
          params: { path },
          body: { series, into },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("unmatched.move.done"));
      onClose();
      await client.invalidateQueries({ queryKey: keys.studies.all });
    },
  });
  const others = [...study.priors, ...study.other_studies].map((other) => ({
    value: other.study_instance_uid,
    label: [other.study_date && calendarDate(other.study_date), other.description].filter(Boolean).join(" · "),
  }));
  return (
    <Stack>
      <Checkbox.Group label={t("unmatched.move.series")} value={series} onChange={setSeries}>
        <Stack gap="xs" mt="xs">
          {study.series.map(({ series_instance_uid: uid, modality, number, description }) => (
            <Checkbox
              key={uid}
              value={uid}
              label={[modality, number, description || t("studies.noDescription")].filter(Boolean).join(" · ")}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Select
        label={t("unmatched.move.into")}
        description={t("unmatched.move.intoHint")}
        data={[{ value: "", label: t("unmatched.move.own") }, ...others]}
        value={into}
        allowDeselect={false}
        onChange={(value) => {
          setInto(value ?? "");
        }}
      />
      <SeriesMoves studyInstanceUid={study_instance_uid} />
      {moving.isError && <MoveRefused error={moving.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!series.length}
          loading={moving.isPending}
          onClick={() => {
            moving.mutate();
          }}
        >
          {t("unmatched.move.send")}
        </Button>
      </Group>
    </Stack>
  );
}
