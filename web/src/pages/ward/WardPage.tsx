import { Group, Select, Tabs, Text } from "@mantine/core";
import { IconKeyboard, IconLayoutGrid } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wardsQuery } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { boardQuery, REFRESH_MS } from "./data";
import { EntryGrid } from "./EntryGrid";
import { BoardTable } from "./BoardTable";

/** The nurse station: a ward in one screen, and its vital signs by keyboard. */
export default function WardPage() {
  const { t } = useTranslation();
  const wards = useQuery(wardsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const active = (wards.data?.results ?? []).filter((ward) => ward.active);
  const ward = active.find(({ id }) => String(id) === chosen) ?? active[0];
  return (
    <>
      <PageHeader title={t("ward.title")}>
        {active.length > 0 && (
          <Select
            size="sm"
            aria-label={t("ward.choose")}
            data={active.map(({ id, name }) => ({ value: String(id), label: name[currentLanguage()] }))}
            value={ward ? String(ward.id) : null}
            onChange={setChosen}
            allowDeselect={false}
          />
        )}
      </PageHeader>
      <QueryView query={wards} empty={t("ward.none")} isEmpty={() => active.length === 0} rows={8}>
        {() => ward && <Ward key={ward.id} id={ward.id} />}
      </QueryView>
    </>
  );
}

function Ward({ id }: { id: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const board = useQuery({ ...boardQuery(id), refetchInterval: REFRESH_MS });
  return (
    <QueryView query={board} rows={8}>
      {(found) => (
        <Tabs defaultValue="board">
          <Group justify="space-between" mb="md">
            <Tabs.List>
              <Tabs.Tab value="board" leftSection={<IconLayoutGrid size={16} aria-hidden />}>
                {t("ward.board")}
              </Tabs.Tab>
              {can("record_vitals") && (
                <Tabs.Tab value="entry" leftSection={<IconKeyboard size={16} aria-hidden />}>
                  {t("ward.entry")}
                </Tabs.Tab>
              )}
            </Tabs.List>
            <Text size="xs" c="dimmed">
              {t("ward.asOf", { at: dateTime(found.at) })}
            </Text>
          </Group>
          <Tabs.Panel value="board">
            <BoardTable board={found} />
          </Tabs.Panel>
          {can("record_vitals") && (
            <Tabs.Panel value="entry">
              <EntryGrid board={found} />
            </Tabs.Panel>
          )}
        </Tabs>
      )}
    </QueryView>
  );
}
