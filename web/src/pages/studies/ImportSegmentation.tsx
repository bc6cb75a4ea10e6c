import { Button, FileInput, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sendFile, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { SegmentNames } from "./SegmentNames";
import {
  hasAlgorithm,
  importFields,
  MAKERS,
  nextSegment,
  wrongNumbers,
  type Maker,
} from "./segmentTypes";

interface ImportSegmentationProps {
  study: Schema["StudyDetailOut"];
  opened: boolean;
  onClose: () => void;
}

/** A SEG, RTSTRUCT or NIfTI of another system becomes version 1; what the file lacks is stated here. */
export function ImportSegmentation({ study, opened, onClose }: ImportSegmentationProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("ai.import.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {opened && <ImportForm study={study} onClose={onClose} />}
    </Modal>
  );
}

/** Of one file: nginx takes requests of 10 MiB, the form's fields included. */
const MOST_MB = 10;

/** The one series of a study needs no choice: a NIfTI does not name its own. */
function onlyOf(series: Schema["StudyDetailOut"]["series"]): string | null {
  return series.length === 1 ? (series[0]?.series_instance_uid ?? null) : null;
}

function ImportForm({ study, onClose }: Omit<ImportSegmentationProps, "opened">) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const series = study.series.filter(({ images }) => images > 1);
  const [file, setFile] = useState<File | null>(null);
  const [of, setOf] = useState(onlyOf(series));
  const [segments, setSegments] = useState([nextSegment([])]);
  const [made, setMade] = useState<Maker>("unknown");
  const [algorithm, setAlgorithm] = useState("");
  const nameless = hasAlgorithm(made) && algorithm.trim() === "";
  const tooLarge = file !== null && file.size > MOST_MB * 1e6;
  const send = useMutation({
    mutationFn: (chosen: File) =>
      sendFile<Schema["SegmentationBegunOut"]>("/api/ai/segmentations/import/", chosen, {
        study_instance_uid: study.study_instance_uid,
        ...(of && { series_instance_uid: of }),
        ...importFields(segments, made, algorithm),
      }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.ai.jobs });
      showSuccess(t("ai.import.done"));
      onClose();
    },
  });
  return (
    <Stack>
      <FileInput
        label={t("ai.import.file")}
        description={t("ai.import.kinds", { mb: MOST_MB })}
        error={tooLarge && t("ai.import.tooLarge", { mb: MOST_MB })}
        value={file}
        onChange={setFile}
      />
      <Select
        label={t("ai.seriesChoice")}
        placeholder={t("ai.import.seriesOfFile")}
        clearable
        value={of}
        onChange={setOf}
        data={series.map((one) => ({
          value: one.series_instance_uid,
          label: `${one.modality} · ${one.description ?? ""} (${one.images})`,
        }))}
      />
      <Text size="sm">{t("ai.import.names")}</Text>
      <SegmentNames segments={segments} onChange={setSegments} />
      <Select
        label={t("ai.import.made")}
        allowDeselect={false}
        value={made}
        onChange={(value) => {
          setMade(value ?? "unknown");
        }}
        data={MAKERS.map((one) => ({ value: one, label: t(`ai.import.madeBy.${one}`) }))}
      />
      {hasAlgorithm(made) && (
        <TextInput
          label={t("ai.import.algorithm")}
          required
          maxLength={64}
          value={algorithm}
          onChange={(event) => {
            setAlgorithm(event.currentTarget.value);
          }}
        />
      )}
      {send.isError && <ErrorNotice error={send.error} detailed />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!file || tooLarge || nameless || wrongNumbers(segments).size > 0}
          loading={send.isPending}
          onClick={() => {
            if (file) send.mutate(file);
          }}
        >
          {t("ai.import.button")}
        </Button>
      </Group>
    </Stack>
  );
}
