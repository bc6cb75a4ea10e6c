import { Badge, Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { glassQuery } from "@/api/queries";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { EndGlass } from "@/shared/glass/EndGlass";
import { PageHeader } from "@/shared/PageHeader";
import { dateTime } from "@/shared/when";
import { nameOf, type BrokenGlass } from "./brokenGlass";
import { GlassReview } from "./GlassReview";

const COLORS = { justified: "teal", unjustified: "red" } as const;

/** Who opened which restricted record in an emergency, why, and what they did there. */
export default function GlassPage() {
  const { t } = useTranslation();
  const [show, setShow] = useState<"unreviewed" | "all">("unreviewed");
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState<BrokenGlass | null>(null);
  const filters = { page, page_size: PAGE_SIZE, ...(show === "unreviewed" && { reviewed: false }) };
  const glasses = useQuery({ ...glassQuery(filters), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("glass.title")} subtitle={t("glass.subtitle")}>
        <SegmentedControl
          aria-label={t("glass.show")}
          value={show}
          onChange={(value) => {
            setShow(value);
            setPage(1);
          }}
          data={(["unreviewed", "all"] as const).map((value) => ({
            value,
            label: t(`glass.${value}`),
          }))}
        />
      </PageHeader>
      <DataTable
        label={t("glass.title")}
        query={glasses}
        columns={useColumns(setChosen)}
        rowKey={({ id }) => id}
        empty={t("glass.empty")}
        page={page}
        onPage={setPage}
      />
      <GlassReview
        key={chosen?.id}
        glass={chosen}
        onClose={() => {
          setChosen(null);
        }}
      />
    </>
  );
}

function useColumns(onOpen: (glass: BrokenGlass) => void): Column<BrokenGlass>[] {
  const { t } = useTranslation();
  return [
    {
      key: "patient",
      header: t("glass.patient"),
      lead: true,
      render: ({ patient_id, full_name }) => (
        <>
          <span className="mono">{patient_id}</span> {full_name}
        </>
      ),
    },
    { key: "user", header: t("glass.user"), render: ({ user }) => nameOf(user) },
    {
      key: "at",
      header: t("glass.at"),
      render: ({ id, created_at, ends_at, open }) => (
        <Stack gap={4} align="flex-start">
          <Text size="sm">{dateTime(created_at)}</Text>
          <Text size="xs" c="dimmed">
            {t("glass.until", { at: dateTime(ends_at) })}
          </Text>
          {open && <Badge color="orange">{t("glass.open")}</Badge>}
          {open && <EndGlass id={id} />}
        </Stack>
      ),
    },
    { key: "reason", header: t("glass.reason"), render: ({ reason }) => reason },
    {
      key: "outcome",
      header: t("glass.outcomeLabel"),
      render: (glass) => (
        <Stack gap={4} align="flex-start">
          <Badge color={glass.outcome ? COLORS[glass.outcome] : "gray"} tt="none">
            {glass.outcome ? t(`glass.outcome.${glass.outcome}`) : t("glass.pending")}
          </Badge>
          <Button
            size="compact-sm"
            variant="light"
            aria-haspopup="dialog"
            aria-label={t("glass.detailsOf", { name: nameOf(glass.user) })}
            onClick={() => {
              onOpen(glass);
            }}
          >
            {t("glass.details")}
          </Button>
        </Stack>
      ),
    },
  ];
}
