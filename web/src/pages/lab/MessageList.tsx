import { Anchor, Group, Select, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { messagesQuery, type Message } from "./data";
import { MessageBadge } from "./MessageBadge";
import { MessageDrawer } from "./MessageDrawer";

const STATES = ["HELD", "PARTIAL", "ACCEPTED", "DISCARDED"] as const satisfies Schema["LabMessageState"][];
const KINDS = ["hl7", "csv"] as const satisfies Schema["LabMessageKind"][];

/** What came, first of all what waits for a person. */
export function MessageList() {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number] | null>("HELD");
  const [kind, setKind] = useState<(typeof KINDS)[number] | null>(null);
  const [page, setPage] = useState(1);
  const [opened, setOpened] = useState<number | null>(null);
  const query = { ...(state && { state }), ...(kind && { kind }), page, page_size: PAGE_SIZE };
  const messages = useQuery({ ...messagesQuery(query), placeholderData: keepPreviousData });
  const common = {
    clearable: true,
    placeholder: t("common.all"),
    clearButtonProps: { "aria-label": t("common.clear") },
  };
  return (
    <Section title={t("lab.messages.title")}>
      <Group gap="sm" mb="sm">
        <Select
          {...common}
          label={t("lab.messages.stateLabel")}
          data={STATES.map((value) => ({ value, label: t(`lab.messages.state.${value}`) }))}
          value={state}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
        />
        <Select
          {...common}
          label={t("lab.messages.kindLabel")}
          data={KINDS.map((value) => ({ value, label: t(`lab.source.${value}`) }))}
          value={kind}
          onChange={(value) => {
            setKind(value);
            setPage(1);
          }}
        />
      </Group>
      <DataTable
        label={t("lab.messages.title")}
        query={messages}
        columns={useColumns(setOpened)}
        rowKey={({ id }) => id}
        empty={t("lab.messages.empty")}
        page={page}
        onPage={setPage}
      />
      <MessageDrawer
        id={opened}
        onClose={() => {
          setOpened(null);
        }}
      />
    </Section>
  );
}

function useColumns(open: (id: number) => void): Column<Message>[] {
  const { t } = useTranslation();
  return [
    {
      key: "at",
      header: t("lab.messages.receivedAt"),
      lead: true,
      render: ({ id, received_at }) => (
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => {
            open(id);
          }}
        >
          {dateTime(received_at)}
        </Anchor>
      ),
    },
    {
      key: "kind",
      header: t("lab.messages.kindLabel"),
      render: ({ kind, sender, control_id }) => (
        <Text size="sm">{[t(`lab.source.${kind}`), sender, control_id].filter(Boolean).join(" · ")}</Text>
      ),
    },
    {
      key: "state",
      header: t("lab.messages.stateLabel"),
      render: ({ state }) => <MessageBadge state={state} />,
    },
    {
      key: "reason",
      header: t("lab.messages.reason"),
      render: ({ reason, discard_reason }) => discard_reason || reason || "–",
    },
  ];
}
