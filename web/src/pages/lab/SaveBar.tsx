import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import type { Order } from "./data";
import { isOut } from "./steps";

interface SaveBarProps {
  order: Order;
  comment: string;
  onComment: (comment: string) => void;
  reason: string;
  onReason: (reason: string) => void;
  /** Something is filled in. */
  filled: boolean;
  saving: boolean;
  /** The server found a row that is wrong. */
  refused: boolean;
  error: unknown;
}

/** Comment, the reason of an amendment, and the button that saves. */
export function SaveBar(props: SaveBarProps) {
  const { t } = useTranslation();
  const { order, comment, onComment, reason, onReason, filled, saving, refused, error } = props;
  const amending = isOut(order);
  return (
    <Stack gap="sm">
      <Textarea
        label={t("lab.entry.comment")}
        autosize
        minRows={1}
        maxLength={2000}
        value={comment}
        onChange={(event) => {
          onComment(event.currentTarget.value);
        }}
      />
      {amending && (
        <TextInput
          label={t("lab.entry.reason")}
          required
          maxLength={300}
          value={reason}
          onChange={(event) => {
            onReason(event.currentTarget.value);
          }}
        />
      )}
      {refused && (
        <Text size="sm" c="red" role="alert">
          {t("lab.entry.rowsWrong")}
        </Text>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <Group gap="sm">
        <Button type="submit" loading={saving} disabled={!filled || (amending && !reason.trim())}>
          {amending ? t("lab.entry.amend") : t("lab.entry.save")}
        </Button>
        <Text size="xs" c="dimmed">
          {t("lab.entry.keys")}
        </Text>
      </Group>
    </Stack>
  );
}
