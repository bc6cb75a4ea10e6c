import { Button, Drawer, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { dateTime, exactTime } from "@/shared/when";
import { nameOf, type BrokenGlass } from "./brokenGlass";

type Log = Schema["AuditLogOut"];

interface GlassReviewProps {
  glass: BrokenGlass | null;
  onClose: () => void;
}

export function GlassReview({ glass, onClose }: GlassReviewProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={glass !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={glass && t("glass.detailsOf", { name: nameOf(glass.user) })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {glass && (
        <Stack>
          <Text size="sm">{glass.reason}</Text>
          <Title order={3} size="h5">
            {t("glass.reads")}
          </Title>
          <Reads id={glass.id} />
          <Title order={3} size="h5">
            {t("glass.outcomeLabel")}
          </Title>
          {glass.outcome ? <Given glass={glass} /> : <Review glass={glass} onClose={onClose} />}
        </Stack>
      )}
    </Drawer>
  );
}

function Reads({ id }: { id: number }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const reads = useQuery({
    queryKey: keys.glass.reads(id, page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/break-glass/{grant_id}/reads/", {
          params: { path: { grant_id: id }, query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
  });
  const columns: Column<Log>[] = [
    { key: "at", header: t("admin.audit.at"), render: ({ occurred_at }) => exactTime(occurred_at) },
    { key: "action", header: t("admin.audit.action"), lead: true, render: ({ action }) => action },
    {
      key: "object",
      header: t("admin.audit.object"),
      render: ({ object_type, object_id, requests }) => (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {`${object_type ?? ""} ${object_id ?? ""}`}
          {requests > 1 && ` · ${t("admin.audit.requests", { count: requests })}`}
        </Text>
      ),
    },
  ];
  return (
    <DataTable
      label={t("glass.reads")}
      query={reads}
      columns={columns}
      rowKey={(log) => log.id}
      empty={t("glass.noReads")}
      page={page}
      onPage={setPage}
    />
  );
}

function Given({ glass: { outcome, comment, reviewed_by, reviewed_at } }: { glass: BrokenGlass }) {
  const { t } = useTranslation();
  return (
    <Stack gap={0}>
      {outcome && <Text size="sm">{t(`glass.outcome.${outcome}`)}</Text>}
      {comment && <Text size="sm">{comment}</Text>}
      {reviewed_by && reviewed_at && (
        <Text size="xs" c="dimmed">
          {t("glass.reviewedBy", { name: nameOf(reviewed_by), at: dateTime(reviewed_at) })}
        </Text>
      )}
    </Stack>
  );
}

function Review({ glass, onClose }: { glass: BrokenGlass; onClose: () => void }) {
  const { t } = useTranslation();
  const me = useUser();
  const client = useQueryClient();
  const [comment, setComment] = useState("");
  const reviewing = useMutation({
    mutationFn: (outcome: Schema["GlassOutcome"]) =>
      unwrap(
        api.POST("/api/emr/break-glass/{grant_id}/review/", {
          params: { path: { grant_id: glass.id } },
          body: { outcome, comment: comment.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("glass.reviewed"));
      await client.invalidateQueries({ queryKey: keys.glass.all });
      onClose();
    },
  });
  if (glass.user.id === me.id) return <Text size="sm">{t("glass.own")}</Text>;
  return (
    <Stack>
      <Textarea
        label={t("glass.comment")}
        autosize
        minRows={2}
        maxLength={500}
        value={comment}
        onChange={(event) => {
          setComment(event.currentTarget.value);
        }}
      />
      {reviewing.isError && <ErrorNotice error={reviewing.error} />}
      <Group justify="flex-end">
        {(["unjustified", "justified"] as const).map((outcome) => (
          <Button
            key={outcome}
            color={outcome === "justified" ? "teal.9" : "red.9"}
            loading={reviewing.isPending && reviewing.variables === outcome}
            disabled={reviewing.isPending}
            onClick={() => {
              reviewing.mutate(outcome);
            }}
          >
            {t(`glass.outcome.${outcome}`)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
