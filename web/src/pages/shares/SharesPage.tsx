import { SegmentedControl, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ownPatientQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { AccessList } from "@/shared/shares/AccessList";
import { ShareList } from "@/shared/shares/ShareList";

const ALL = 200;

/** What is shared with me and what I shared; for patients, who sees their record. */
export default function SharesPage() {
  const { t } = useTranslation();
  const { role } = useUser();
  return role === "patient" ? (
    <>
      <PageHeader title={t("shares.title")} />
      <OwnRecord />
    </>
  ) : (
    <Sides />
  );
}

function Sides() {
  const { t } = useTranslation();
  const can = useCan();
  const [shown, setShown] = useState<"active" | "ended">("active");
  const filters = {
    active: shown === "active",
    ordering: shown === "active" ? "expires_at" : "-expires_at",
    page_size: ALL,
  };
  return (
    <>
      <PageHeader title={t("shares.title")}>
        {can("share_patient") && (
          <SegmentedControl
            size="xs"
            aria-label={t("shares.show")}
            value={shown}
            onChange={setShown}
            data={[
              { value: "active", label: t("shares.active") },
              { value: "ended", label: t("shares.over") },
            ]}
          />
        )}
      </PageHeader>
      <Stack>
        {shown === "active" && (
          <Section title={t("shares.withMe")}>
            <ShareList filters={{ ...filters, side: "received" }} />
          </Section>
        )}
        {can("share_patient") && (
          <Section title={t("shares.byMe")}>
            <ShareList filters={{ ...filters, side: "given" }} />
          </Section>
        )}
      </Stack>
    </>
  );
}

function OwnRecord() {
  const { t } = useTranslation();
  const own = useQuery(ownPatientQuery);
  return (
    <Section title={t("shares.own")}>
      <QueryView query={own} empty={t("shares.noAccess")} isEmpty={({ count }) => count === 0}>
        {({ results }) => results.map(({ id }) => <AccessList key={id} patient={id} />)}
      </QueryView>
    </Section>
  );
}
