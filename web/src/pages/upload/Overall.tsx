import { Badge, Button, Group, Paper, Progress, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconTrash, IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import type { FileState, UploadQueue, UploadView } from "./queue";
import { bytesText, COLORS } from "./show";

const SHOWN: FileState[] = ["stored", "duplicate", "skipped", "rejected", "failed", "waiting"];

interface OverallProps {
  view: UploadView;
  queue: UploadQueue;
  patientId: string;
}

/** Where the whole upload stands, and what can be done about it. */
export function Overall({ view, queue, patientId }: OverallProps) {
  const { t } = useTranslation();
  const { phase, counts, bytes, sent, items } = view;
  const done = items.length - counts.waiting - counts.sending;
  const share = phase === "done" ? 1 : bytes > 0 ? sent / bytes : 0;
  const percent = new Intl.NumberFormat(currentLanguage(), {
    style: "percent",
    maximumFractionDigits: 0,
  }).format(share);
  const text = t("upload.progressText", { done, count: items.length, percent });
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <div role="status">
            <Title order={2} size="h5">
              {t(`upload.phase.${phase}`)}
            </Title>
          </div>
          <Actions view={view} queue={queue} patientId={patientId} />
        </Group>
        <Progress.Root size="lg">
          <Progress.Section
            value={share * 100}
            color={counts.failed + counts.rejected > 0 ? "orange" : "nova"}
            animated={phase === "running"}
            aria-label={t("upload.progress")}
            aria-valuetext={text}
          />
        </Progress.Root>
        <Group justify="space-between" gap="xs">
          <Text size="sm">{text}</Text>
          <Text size="sm" c="dimmed">
            {t("upload.size", { sent: bytesText(sent), total: bytesText(bytes) })}
          </Text>
        </Group>
        <Group gap="xs">
          {SHOWN.filter((state) => counts[state] > 0).map((state) => (
            <Badge key={state} color={COLORS[state]} size="lg" tt="none">
              {`${t(`upload.state.${state}`)} ${counts[state].toLocaleString(currentLanguage())}`}
            </Badge>
          ))}
        </Group>
      </Stack>
    </Paper>
  );
}

function Actions({ view, queue, patientId }: OverallProps) {
  const { t } = useTranslation();
  const { phase, counts } = view;
  return (
    <Group gap="xs">
      {phase !== "running" && counts.waiting > 0 && (
        <Button
          leftSection={phase === "idle" ? <IconUpload size={18} /> : <IconPlayerPlay size={18} />}
          onClick={() => {
            queue.start(patientId);
          }}
        >
          {phase === "idle" ? t("upload.start") : t("upload.resume")}
        </Button>
      )}
      {phase === "running" && (
        <Button
          variant="light"
          leftSection={<IconPlayerPause size={18} />}
          onClick={() => {
            queue.pause();
          }}
        >
          {t("upload.pause")}
        </Button>
      )}
      {phase !== "running" && counts.failed > 0 && (
        <Button
          variant="light"
          leftSection={<IconRefresh size={18} />}
          onClick={() => {
            queue.retry();
          }}
        >
          {t("upload.retryFailed", { count: counts.failed })}
        </Button>
      )}
      {phase !== "running" && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={18} />}
          onClick={() => {
            queue.clear();
          }}
        >
          {t("upload.clear")}
        </Button>
      )}
    </Group>
  );
}
