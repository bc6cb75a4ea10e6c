import { Button, FileButton, Group, Progress, Stack, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { sendFileSlowly } from "@/api/progress";
import { ErrorNotice } from "@/shared/ErrorNotice";
import type { Order } from "./data";

type Rna = Schema["RnaOut"];
const MOST_BYTES = 256 << 20;

interface RnaUploadProps {
  order: Order;
  value: unknown;
  onChange: (rna: Rna | null) => void;
}

/** The matrix of counts: sent with its progress, checked by the server, and named by the result. */
export function RnaUpload({ order, value, onChange }: RnaUploadProps) {
  const { t } = useTranslation();
  const [share, setShare] = useState(0);
  const [tooLarge, setTooLarge] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const send = useMutation({
    mutationFn: (file: File) => {
      const path = `/api/lis/orders/${order.id}/rna-seq/`;
      stop.current = new AbortController();
      return sendFileSlowly<Rna>(path, file, setShare, stop.current.signal);
    },
    meta: { quiet: true },
    onSuccess: onChange,
  });
  const rna = value as Rna | null;
  const percent = Math.round(share * 100);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {t("lab.rna.title")}
      </Text>
      <Text size="xs" c="dimmed">
        {t("lab.rna.hint")}
      </Text>
      {rna && (
        <Group gap="sm">
          <Text size="sm" role="status">
            {t("lab.rna.kept", { genes: rna.genes, samples: rna.samples })}
          </Text>
          <Button
            variant="subtle"
            size="compact-xs"
            color="red"
            onClick={() => {
              onChange(null);
            }}
          >
            {t("lab.rna.leaveOut")}
          </Button>
        </Group>
      )}
      <Group gap="sm">
        <FileButton
          accept=".tsv,.csv,.txt,.gz"
          onChange={(file) => {
            setTooLarge((file?.size ?? 0) > MOST_BYTES);
            if (!file || file.size > MOST_BYTES) return;
            setShare(0);
            send.mutate(file);
          }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              disabled={send.isPending}
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {t("lab.choose")}
            </Button>
          )}
        </FileButton>
        {send.isPending && (
          <Button
            variant="subtle"
            onClick={() => {
              stop.current?.abort();
            }}
          >
            {t("common.cancel")}
          </Button>
        )}
      </Group>
      {send.isPending && (
        <>
          <Progress value={percent} aria-label={t("lab.rna.title")} />
          <Text size="xs">{share < 1 ? t("lab.rna.sent", { percent }) : t("lab.rna.checking")}</Text>
        </>
      )}
      {tooLarge && (
        <Text size="sm" c="red" role="alert">
          {t("lab.rna.tooLarge")}
        </Text>
      )}
      {send.isError && !isAbort(send.error) && (
        <>
          <ErrorNotice error={send.error} />
          <Text size="xs" c="red">
            {t("lab.rna.refused")}
          </Text>
        </>
      )}
    </Stack>
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
