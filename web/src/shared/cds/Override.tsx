import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Coding } from "./cards";

interface OverrideProps {
  reasons: Coding[];
  onOverride: (reason: Coding, comment: string) => void;
  onCancel: () => void;
}

/** Why a card is put aside: a coded reason, and more in words. */
export function Override({ reasons, onOverride, onCancel }: OverrideProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const reason = reasons.find((each) => each.code === code);
  return (
    <Stack gap="xs" mt="xs">
      <Select
        label={t("cds.reason")}
        size="xs"
        data={reasons.map((each) => ({ value: each.code, label: each.display }))}
        value={code}
        onChange={setCode}
      />
      <TextInput
        label={t("cds.comment")}
        size="xs"
        maxLength={1000}
        value={comment}
        onChange={(event) => {
          setComment(event.currentTarget.value);
        }}
      />
      <Group gap="xs">
        <Button
          size="compact-sm"
          disabled={!reason}
          onClick={() => {
            if (reason) onOverride(reason, comment);
          }}
        >
          {t("cds.putAside")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
