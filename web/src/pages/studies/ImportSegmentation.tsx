import { Button, FileInput, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sendFile, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { namedSegment, SEGMENT_TYPES, type SegmentType } from "./segmentTypes";

interface ImportSegmentationProps {
  study: Schema["StudyDetailOut"];
  opened: boolean;
  onClose: () => void;
}

/** A SEG, RTSTRUCT or NIfTI of another system becomes version 1; names only where it has none. */
export function ImportSegmentation({ study, opened, onClose }: ImportSegmentationProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("ai.import.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {opened && <ImportForm study={study} onClose={onClose} />}
    </Modal>
  );
}

function ImportForm({ study, onClose }: Omit<ImportSegmentationProps, "opened">) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const series = study.series.filter(({ images }) => images > 1);
  const [file, setFile] = useState<File | null>(null);
  const [of, setOf] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [type, setType] = useState<SegmentType>("lesion");
  const send = useMutation({
    mutationFn: (chosen: File) =>
      sendFile<Schema["SegmentationBegunOut"]>("/api/ai/segmentations/import/", chosen, {
        study_instance_uid: study.study_instance_uid,
        ...(of && { series_instance_uid: of }),
        ...(name && { segments: JSON.stringify([namedSegment(name, type)]) }),
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
        description={t("ai.import.kinds")}
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
      <TextInput
        label={t("ai.import.name")}
        maxLength={64}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Select
        label={t("ai.import.type")}
        allowDeselect={false}
        value={type}
        onChange={(value) => {
          setType(value ?? "lesion");
        }}
        data={SEGMENT_TYPES.map((one) => ({ value: one, label: t(`ai.segmentType.${one}`) }))}
      />
      {send.isError && <ErrorNotice error={send.error} detailed />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!file}
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
