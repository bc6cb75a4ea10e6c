import { Alert, Button, Drawer, Group, List, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";
import { FieldChoice, type Chosen } from "./FieldChoice";
import { followsByKind } from "./follows";
import { previewQuery } from "./queries";

export interface Pair {
  survivor: number;
  duplicate: number;
}

type Preview = Schema["MergePreviewOut"];

interface MergeDrawerProps {
  pair: Pair | null;
  onSwap: () => void;
  onClose: () => void;
}

/** Both records side by side, what would follow, and the proposal. */
export function MergeDrawer({ pair, onSwap, onClose }: MergeDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={pair !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={t("merging.preview")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {pair && (
        <Stack>
          <Group justify="flex-end">
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconArrowsExchange size={16} aria-hidden />}
              onClick={onSwap}
            >
              {t("merging.swap")}
            </Button>
          </Group>
          <Previewed key={`${pair.survivor} ${pair.duplicate}`} pair={pair} onClose={onClose} />
        </Stack>
      )}
    </Drawer>
  );
}

function Previewed({ pair, onClose }: { pair: Pair; onClose: () => void }) {
  const preview = useQuery(previewQuery(pair.survivor, pair.duplicate));
  return (
    <QueryView query={preview} rows={8}>
      {(found) => <Proposal preview={found} onClose={onClose} />}
    </QueryView>
  );
}

function useProposal(preview: Preview, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ reason, fields }: { reason: string; fields: Chosen }) =>
      unwrap(
        api.POST("/api/emr/merges/", {
          body: {
            survivor: preview.survivor.id,
            duplicate: preview.duplicate.id,
            survivor_version: preview.survivor.version,
            duplicate_version: preview.duplicate.version,
            reason,
            fields,
          },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(t("merging.proposed"));
      void client.invalidateQueries({ queryKey: keys.merging.all });
      onDone();
    },
  });
}

function Proposal({ preview, onClose }: { preview: Preview; onClose: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Chosen>({});
  const [reason, setReason] = useState("");
  const propose = useProposal(preview, onClose);
  const forbidden = preview.obstacles.length > 0;
  return (
    <Stack>
      {preview.obstacles.map((obstacle) => (
        <Alert key={obstacle} color="red">
          {t(`merging.obstacle.${obstacle}`)}
        </Alert>
      ))}
      {preview.warnings.map((warning) => (
        <Alert key={warning} color="orange">
          {t(`merging.warning.${warning}`)}
        </Alert>
      ))}
      <FieldChoice preview={preview} chosen={chosen} onChoose={setChosen} />
      <Text size="sm" c="dimmed">
        {t("merging.mrnHint")}
      </Text>
      <Follows follows={preview.follows} />
      <Textarea
        label={t("merging.reason")}
        maxLength={500}
        autosize
        minRows={2}
        required
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      {propose.isError && <ErrorNotice error={propose.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={forbidden || reason.trim() === ""}
          loading={propose.isPending}
          onClick={() => {
            propose.mutate({ reason: reason.trim().replace(/\s+/g, " "), fields: chosen });
          }}
        >
          {t("merging.propose")}
        </Button>
      </Group>
    </Stack>
  );
}

function Follows({ follows }: { follows: Preview["follows"] }) {
  const { t } = useTranslation();
  const counts = followsByKind(follows);
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {t("merging.follows")}
      </Title>
      {counts.length === 0 && <Text size="sm">{t("merging.followsNothing")}</Text>}
      <List size="sm">
        {counts.map(([kind, count]) => (
          <List.Item key={kind}>{`${t(`merging.kinds.${kind}`)}: ${count.toLocaleString()}`}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
