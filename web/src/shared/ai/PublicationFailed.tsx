import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCan, useUser } from "@/session/react";
import type { Job } from "./jobs";
import { useJobStep } from "./useJob";

/** Why the approved result was not published, and the two ways on for those who may take them. */
export function PublicationFailed({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { username } = useUser();
  const can = useCan();
  const retry = useJobStep(job.id, "publication/retry");
  const withdraw = useJobStep(job.id, "publication/withdraw");
  const { error } = job.publication;
  const may = can("review_ai") && (can("sign_report") || job.reviewed_by === username);
  return (
    <Alert color="red" mb="sm" icon={<IconAlertTriangle aria-hidden />} title={t("ai.publication.failed")}>
      <Stack gap="xs">
        {error && (
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {[error.code, error.detail].filter(Boolean).join(" · ")}
          </Text>
        )}
        {may ? (
          <Group gap="xs">
            <Button
              size="xs"
              loading={retry.isPending}
              disabled={withdraw.isPending}
              onClick={() => {
                retry.mutate();
              }}
            >
              {t("ai.publication.retry")}
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={withdraw.isPending}
              disabled={retry.isPending}
              onClick={() => {
                withdraw.mutate();
              }}
            >
              {t("ai.publication.withdraw")}
            </Button>
          </Group>
        ) : (
          <Text size="sm">{t("ai.publication.whoMay")}</Text>
        )}
      </Stack>
    </Alert>
  );
}
