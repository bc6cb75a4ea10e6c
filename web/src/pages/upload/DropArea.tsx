import { Button, FileButton, Group, Loader, Paper, Stack, Text } from "@mantine/core";
import { IconCloudUpload, IconFiles, IconFolder } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { filesDropped, filesOf } from "./chosen";
import type { ChosenFile } from "./queue";

/** Not in React's types: lets a person choose a whole folder. */
const FOLDER = { webkitdirectory: "" };

interface DropAreaProps {
  onFiles: (files: ChosenFile[]) => void;
  onUnreadable: () => void;
}

export function DropArea({ onFiles, onUnreadable }: DropAreaProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    setReading(true);
    filesDropped(event.dataTransfer)
      .then(onFiles, onUnreadable)
      .finally(() => {
        setReading(false);
      });
  };
  const pick = (files: File[]) => {
    onFiles(filesOf(files));
  };
  return (
    <Paper
      p="lg"
      bg={over ? "var(--mantine-primary-color-light)" : undefined}
      style={{ border: "2px dashed var(--mantine-color-dimmed)" }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={drop}
    >
      <Stack align="center" gap="sm">
        {reading ? (
          <Loader size={32} role="status" aria-label={t("upload.reading")} />
        ) : (
          <IconCloudUpload size={36} stroke={1.4} aria-hidden />
        )}
        <Text visibleFrom="sm">{t("upload.drop")}</Text>
        <Group gap="xs" justify="center">
          <FileButton multiple onChange={pick} inputProps={{ "aria-label": t("upload.chooseFiles") }}>
            {(props) => (
              <Button {...props} variant="light" leftSection={<IconFiles size={18} aria-hidden />}>
                {t("upload.chooseFiles")}
              </Button>
            )}
          </FileButton>
          <FileButton
            multiple
            onChange={pick}
            inputProps={{ "aria-label": t("upload.chooseFolder"), ...FOLDER }}
          >
            {(props) => (
              <Button {...props} variant="light" leftSection={<IconFolder size={18} aria-hidden />}>
                {t("upload.chooseFolder")}
              </Button>
            )}
          </FileButton>
        </Group>
      </Stack>
    </Paper>
  );
}
