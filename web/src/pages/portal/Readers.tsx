import { Badge, Group, Pagination, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { useRoleName } from "@/shared/roles";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { gathered } from "./plain";

const PAGE = 100;

/** Who looked into the record: name, role, when, and at what. */
export function Readers() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const readers = useQuery({
    queryKey: keys.ownRecord.readers(page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/own-record/readers/", {
          params: { query: { page, page_size: PAGE } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title={t("portal.readers")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("portal.readersHint")}
        </Text>
        <QueryView query={readers} empty={t("portal.noReaders")} isEmpty={({ count }) => count === 0}>
          {({ results, count }) => (
            <>
              <Stack gap="sm" role="list" aria-label={t("portal.readers")}>
                {gathered(results, dayOf).map((look) => (
                  <Entry key={look.id} look={look} />
                ))}
              </Stack>
              {count > PAGE && (
                <Pagination
                  size="sm"
                  total={Math.ceil(count / PAGE)}
                  value={page}
                  onChange={setPage}
                  getItemProps={(number) => ({ "aria-label": t("list.page", { number }) })}
                />
              )}
            </>
          )}
        </QueryView>
      </Stack>
    </Section>
  );
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}

function Entry({ look }: { look: Schema["RecordReaderOut"] & { count: number } }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const { name, role, at, part, changed, emergency, count } = look;
  const what = t(changed ? "portal.changed" : "portal.looked", { part: t(`portal.readPart.${part}`) });
  return (
    <Stack gap={0} role="listitem">
      <Group gap="xs">
        <Text fw={500}>{`${name} (${roleName(role)})`}</Text>
        {emergency && <Badge color="red">{t("shares.basis.break_glass")}</Badge>}
      </Group>
      <Text size="sm">{count > 1 ? `${what} · ${t("portal.times", { count })}` : what}</Text>
      <Text size="xs" c="dimmed">
        {dateTime(at)}
      </Text>
    </Stack>
  );
}
