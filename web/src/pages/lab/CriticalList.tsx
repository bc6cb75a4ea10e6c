import { Anchor, Group, Pagination, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { CriticalCard } from "@/shared/criticals/CriticalCard";
import { PAGE_SIZE } from "@/shared/DataTable";
import { LabFlag } from "@/shared/lab/LabFlag";
import { QueryView } from "@/shared/QueryView";
import { unitText } from "@/shared/units";
import { dateTime } from "@/shared/when";
import { criticalsQuery, useRefresh, type Critical } from "./data";

export function CriticalList({ open }: { open: boolean }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const criticals = useQuery(criticalsQuery(open, page));
  return (
    <QueryView
      query={criticals}
      empty={open ? t("lab.critical.none") : t("lab.critical.noneClosed")}
      isEmpty={({ results }) => results.length === 0}
    >
      {({ results, count }) => (
        <Stack>
          {results.map((critical) => (
            <Card key={critical.id} critical={critical} />
          ))}
          {count > PAGE_SIZE && (
            <Pagination total={Math.ceil(count / PAGE_SIZE)} value={page} onChange={setPage} size="sm" />
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Card({ critical }: { critical: Critical }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const { id, patient, name, value, unit, flag, limit, at, order } = critical;
  return (
    <CriticalCard
      critical={critical}
      title={`${name[currentLanguage()]} ${value} ${unitText(unit)}`}
      mark={
        <>
          <LabFlag flag={flag} />
          <Text size="sm" c="dimmed">
            {t("lab.critical.limit", { limit })}
          </Text>
        </>
      }
      onCall={(body) =>
        unwrap(
          api.POST("/api/lis/critical/{critical_id}/attempts/", {
            params: { path: { critical_id: id } },
            body,
          }),
        )
      }
      onDone={refresh}
    >
      <Group gap="sm">
        <Anchor component={Link} to={`/lab/orders/${order}`} size="sm">
          {`${patient.full_name} · ${patient.patient_id}`}
        </Anchor>
        <Text size="sm">{dateTime(at)}</Text>
      </Group>
    </CriticalCard>
  );
}
