import { Alert, Anchor, Stack, Text, Textarea } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useJobTypeName } from "@/shared/jobTypes";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import type { Duplicate } from "./duplicates";

interface DuplicateWarningProps {
  found: Duplicate[];
  reason: string;
  onReason: (reason: string) => void;
  error: string | null;
}

/** Orders of the same that are open, and why this one is wanted in spite of them. */
export function DuplicateWarning({ found, reason, onReason, error }: DuplicateWarningProps) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  return (
    <Alert
      color="orange"
      role="alert"
      icon={<IconCopy aria-hidden />}
      title={t("orders.duplicates.title")}
    >
      <Stack gap="xs">
        <Text size="sm">{t("orders.duplicates.hint")}</Text>
        {found.map(({ id, job_type, accession_number, status = "ORDERED", ordered_by_name, ordered_at }) => (
          <div key={id}>
            <Anchor href={`/orders/${id}`} target="_blank" rel="noreferrer" size="sm" mr="xs">
              {`${jobTypeName(job_type)} · ${accession_number}`}
            </Anchor>
            <StatusBadge kind="order" value={status} />
            <Text size="xs">{`${ordered_by_name} · ${dateTime(ordered_at)}`}</Text>
          </div>
        ))}
        <Textarea
          ref={field}
          label={t("orders.duplicates.reason")}
          required
          autosize
          minRows={2}
          maxLength={300}
          value={reason}
          error={error}
          onChange={(event) => {
            onReason(event.currentTarget.value);
          }}
        />
      </Stack>
    </Alert>
  );
}
