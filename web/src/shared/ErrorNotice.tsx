import { Alert, Button, CopyButton, Group, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/api/errors";
import { errorText } from "./toasts";

interface ErrorNoticeProps {
  error: unknown;
  onRetry?: () => void;
  /** With the server's reason, where the person can act on it. */
  detailed?: boolean;
}

/** What went wrong, with the request id for whoever helps, and another try. */
export function ErrorNotice({ error, onRetry, detailed }: ErrorNoticeProps) {
  const { t } = useTranslation();
  const problem = asApiError(error);
  return (
    <Alert color="red" role="alert" icon={<IconAlertCircle aria-hidden />} title={errorText(problem)}>
      {detailed && problem.detail && <Text size="sm">{problem.detail}</Text>}
      <Group gap="sm">
        {problem.requestId && (
          <CopyButton value={problem.requestId}>
            {({ copied, copy }) => (
              <Button variant="subtle" size="compact-xs" color="gray" onClick={copy}>
                <Text span className="mono">
                  {copied ? t("common.copied") : `${t("errors.requestId")}: ${problem.requestId}`}
                </Text>
              </Button>
            )}
          </CopyButton>
        )}
        {onRetry && (
          <Button variant="light" size="compact-sm" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
