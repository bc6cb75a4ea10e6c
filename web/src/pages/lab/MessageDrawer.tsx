import { Alert, Anchor, Button, Code, Drawer, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { messageQuery, useRefresh } from "./data";
import { MessageBadge } from "./MessageBadge";

type MessageText = Schema["MessageTextOut"];

interface MessageDrawerProps {
  id: number | null;
  onClose: () => void;
}

/** A message as it came, and what a person may do with one that waits. */
export function MessageDrawer({ id, onClose }: MessageDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={t("lab.messages.one")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {id !== null && <Detail key={id} id={id} />}
    </Drawer>
  );
}

function Detail({ id }: { id: number }) {
  const { t } = useTranslation();
  const message = useQuery(messageQuery(id));
  return (
    <QueryView query={message} rows={5}>
      {(data) => (
        <Stack>
          <Group gap="sm">
            <MessageBadge state={data.state} />
            <Text size="sm">{[data.sender, data.control_id, dateTime(data.received_at)].filter(Boolean).join(" · ")}</Text>
          </Group>
          {data.reason && <Alert color="orange">{data.reason}</Alert>}
          {data.discard_reason && <Text size="sm">{t("lab.messages.discarded", { reason: data.discard_reason })}</Text>}
          {data.order && (
            <Anchor component={Link} to={`/lab/orders/${data.order}`} size="sm">
              {t("lab.messages.toOrder")}
            </Anchor>
          )}
          {data.withheld ? (
            <Alert color="gray">{t("lab.messages.withheld")}</Alert>
          ) : (
            <>
              <Code block tabIndex={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {data.raw.replaceAll("\r", "\n")}
              </Code>
              {(data.state === "HELD" || data.state === "PARTIAL") && <Actions message={data} />}
            </>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Actions({ message }: { message: MessageText }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [reason, setReason] = useState("");
  const path = { params: { path: { message_id: message.id } } };
  const options = { meta: { quiet: true }, onSuccess: refresh };
  const again = useMutation({
    mutationFn: () => unwrap(api.POST("/api/lis/messages/{message_id}/retry/", path)),
    ...options,
  });
  const discard = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/lis/messages/{message_id}/discard/", { ...path, body: { reason: reason.trim() } }),
      ),
    ...options,
  });
  const whole = message.kind === "hl7" && message.control_id !== "";
  return (
    <Stack gap="sm">
      {whole && (
        <Button
          variant="light"
          style={{ alignSelf: "flex-start" }}
          loading={again.isPending}
          onClick={() => {
            again.mutate();
          }}
        >
          {t("common.retry")}
        </Button>
      )}
      {again.isError && <ErrorNotice error={again.error} />}
      {whole && <Assign message={message} />}
      {message.kind === "csv" && <Text size="sm">{t("lab.messages.lineAnew")}</Text>}
      <Group gap="sm" align="flex-end">
        <TextInput
          label={t("lab.messages.discardReason")}
          maxLength={300}
          flex={1}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <Button
          color="red"
          variant="light"
          disabled={!reason.trim()}
          loading={discard.isPending}
          onClick={() => {
            discard.mutate();
          }}
        >
          {t("lab.messages.discard")}
        </Button>
      </Group>
      {discard.isError && <ErrorNotice error={discard.error} />}
    </Stack>
  );
}

/** The order that the message is for, by the number on its tube. */
function Assign({ message }: { message: MessageText }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [number, setNumber] = useState("");
  const assign = useMutation({
    mutationFn: async (scanned: string) => {
      const query = { number: scanned, page_size: 1 };
      const { results } = await unwrap(api.GET("/api/lis/worklist/", { params: { query } }));
      const [order] = results;
      if (!order) return false;
      await unwrap(
        api.POST("/api/lis/messages/{message_id}/assign/", {
          params: { path: { message_id: message.id } },
          body: { order: order.id },
        }),
      );
      return true;
    },
    meta: { quiet: true },
    onSuccess: (found) => {
      if (found) refresh();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (number.trim()) assign.mutate(number.trim());
      }}
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          label={t("lab.messages.assignTo")}
          maxLength={20}
          flex={1}
          value={number}
          error={assign.data === false ? t("lab.notFound") : null}
          onChange={(event) => {
            setNumber(event.currentTarget.value);
          }}
        />
        <Button type="submit" variant="light" disabled={!number.trim()} loading={assign.isPending}>
          {t("lab.messages.assign")}
        </Button>
      </Group>
      {assign.isError && <ErrorNotice error={assign.error} />}
      {assign.isError && (
        <Text size="xs" c="red">
          {t("lab.messages.assignRefused")}
        </Text>
      )}
    </form>
  );
}
