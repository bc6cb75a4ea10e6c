import { Anchor, Button, Chip, Group, Stack, Text, TextInput, Timeline } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { calendarDayOf } from "@/shared/days";
import type { PanelProps } from "@/shared/chart/panel";
import { KINDS, kindOf, linkOf, type Entry, type Kind } from "./entries";
import { ICONS } from "./icons";
import { useEntryText } from "./useEntryText";

const PAGE = 50;

interface Filters {
  kinds: Kind[];
  from: string;
  to: string;
}

/** The first moment of a day of the browser, `days` later. */
function dayBegins(day: string, days = 0): string | undefined {
  if (!day) return undefined;
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}

/** Everything that happened to the patient, newest first, by kind and time. */
export default function TimelineTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  const [filters, setFilters] = useState<Filters>({ kinds: [], from: "", to: "" });
  const { kinds, from, to } = filters;
  const timeline = useInfiniteQuery({
    queryKey: keys.chart.timeline(patient.id, filters),
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/emr/patients/{id}/timeline/", {
          params: {
            path: { id: patient.id },
            query: {
              page_size: PAGE,
              ...(kinds.length > 0 && { kind: kinds }),
              ...(from && { from: dayBegins(from) }),
              ...(to && { to: dayBegins(to, 1) }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return (
    <Stack>
      <FilterBar filters={filters} onChange={setFilters} />
      <QueryView
        query={timeline}
        empty={t("chart.timeline.empty")}
        isEmpty={({ pages }) => pages[0]?.results.length === 0}
      >
        {({ pages }) => (
          <Stack align="flex-start">
            <Timeline bulletSize={28} lineWidth={2} w="100%">
              {pages.flatMap(({ results }) =>
                results.map((entry) => <Item key={`${entry.type} ${entry.id}`} entry={entry} />),
              )}
            </Timeline>
            {timeline.hasNextPage && (
              <Button
                variant="default"
                loading={timeline.isFetchingNextPage}
                onClick={() => void timeline.fetchNextPage()}
              >
                {t("common.loadMore")}
              </Button>
            )}
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

function Item({ entry, ...item }: { entry: Entry }) {
  const { t } = useTranslation();
  const textOf = useEntryText();
  const kind = kindOf(entry);
  if (!kind) return null;
  const EntryIcon = ICONS[kind];
  const { title, detail } = textOf(kind, entry);
  const when = entry.whole_day ? calendarDayOf(Date.parse(entry.at)) : dateTime(entry.at);
  return (
    <Timeline.Item
      {...item}
      bullet={<EntryIcon size={15} aria-hidden />}
      title={
        <Anchor component={Link} to={linkOf(kind, entry)} size="sm" fw={500}>
          {title || t(`patients.entry.${kind}`)}
        </Anchor>
      }
    >
      {detail && <Text size="sm">{detail}</Text>}
      <Text size="xs" c="dimmed">
        {`${t(`patients.entry.${kind}`)} · ${when}`}
      </Text>
    </Timeline.Item>
  );
}

function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t } = useTranslation();
  const { kinds, from, to } = filters;
  return (
    <Stack gap="xs">
      <Group gap={6} role="group" aria-label={t("chart.timeline.kinds")}>
        {KINDS.map((kind) => (
          <Chip
            key={kind}
            size="xs"
            checked={kinds.includes(kind)}
            onChange={(checked) => {
              onChange({ ...filters, kinds: checked ? [...kinds, kind] : kinds.filter((each) => each !== kind) });
            }}
          >
            {t(`patients.entry.${kind}`)}
          </Chip>
        ))}
      </Group>
      <Group gap="sm" align="flex-end">
        <TextInput
          type="date"
          size="xs"
          label={t("chart.timeline.from")}
          value={from}
          onChange={(event) => {
            onChange({ ...filters, from: event.currentTarget.value });
          }}
        />
        <TextInput
          type="date"
          size="xs"
          label={t("chart.timeline.to")}
          value={to}
          onChange={(event) => {
            onChange({ ...filters, to: event.currentTarget.value });
          }}
        />
        {(kinds.length > 0 || from || to) && (
          <Button
            size="xs"
            variant="subtle"
            onClick={() => {
              onChange({ kinds: [], from: "", to: "" });
            }}
          >
            {t("common.clear")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
