import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { NONE_KNOWN } from "@/shared/allergies";
import { calendarDayOf } from "@/shared/days";
import { langOf } from "@/shared/format";
import { isCurrent } from "@/shared/medication";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { patientVisitsQuery } from "@/shared/treatment/data";
import { dateTime } from "@/shared/when";

const ALL = 200;

/** The visits that are to come, the next first. */
export function VisitSection({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const visits = useQuery({
    ...patientVisitsQuery(patient),
    select: ({ results }) =>
      results
        .filter(({ status, planned_at }) => status === "PLANNED" && new Date(planned_at) > new Date())
        .sort((a, b) => a.planned_at.localeCompare(b.planned_at)),
  });
  return (
    <Section title={t("portal.visits")}>
      <QueryView query={visits} empty={t("portal.noVisits")} isEmpty={(all) => all.length === 0}>
        {(all) => (
          <Stack gap="sm" role="list" aria-label={t("portal.visits")}>
            {all.map(({ id, planned_at, purpose, clinician_name }) => (
              <div key={id} role="listitem">
                <Text fw={600}>{dateTime(planned_at)}</Text>
                <Text size="sm" lang={langOf(purpose)}>
                  {[purpose, clinician_name].filter(Boolean).join(" · ")}
                </Text>
              </div>
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

/** What is to be taken now, and how. */
export function MedicineSection({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const medicines = useQuery({
    queryKey: keys.ownRecord.part("medicines"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/prescriptions/", { params: { query: { patient, page_size: ALL } }, signal }),
      ),
    select: ({ results }) => results.filter((each) => isCurrent(each, new Date())),
  });
  return (
    <Section title={t("portal.medicines")}>
      <QueryView query={medicines} empty={t("portal.noMedicines")} isEmpty={(all) => all.length === 0}>
        {(all) => (
          <Stack gap="md" role="list" aria-label={t("portal.medicines")}>
            {all.map((medicine) => (
              <Medicine key={medicine.id} medicine={medicine} />
            ))}
            <Text size="xs" c="dimmed">
              {t("portal.medicinesHint")}
            </Text>
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

function Medicine({ medicine }: { medicine: Schema["PrescriptionOut"] }) {
  const { t } = useTranslation();
  const { drug, dose, frequency, prescriber_name, ends_at } = medicine;
  const how = [dose, frequency].filter(Boolean).join(", ");
  return (
    <Stack gap={2} role="listitem">
      <Text fw={600} lang={langOf(drug)}>
        {drug}
      </Text>
      {how && (
        <Text size="sm" lang={langOf(how)}>
          {t("portal.take", { how })}
        </Text>
      )}
      {ends_at && (
        <Text size="sm">{t("portal.takeUntil", { day: calendarDayOf(Date.parse(ends_at) - 1) })}</Text>
      )}
      {prescriber_name && (
        <Text size="xs" c="dimmed">
          {t("portal.prescribedBy", { name: prescriber_name })}
        </Text>
      )}
    </Stack>
  );
}

/** To what the patient reacts. */
export function AllergySection({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const allergies = useQuery({
    queryKey: keys.ownRecord.part("allergies"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/allergies/", {
          params: { query: { patient, status: "active", page_size: ALL } },
          signal,
        }),
      ),
    select: ({ results }) => ({
      known: results.filter(({ code }) => code !== NONE_KNOWN),
      asked: results.length > 0,
    }),
  });
  const none = allergies.data?.asked ? t("chart.overview.allergies.none_known") : t("portal.noAllergies");
  return (
    <Section title={t("portal.allergies")}>
      <QueryView query={allergies} empty={none} isEmpty={({ known }) => known.length === 0}>
        {({ known }) => (
          <Stack gap="sm" role="list" aria-label={t("portal.allergies")}>
            {known.map(({ id, substance, reaction, severity }) => (
              <Group key={id} gap="xs" role="listitem">
                <Text fw={600} lang={langOf(substance)}>
                  {substance}
                </Text>
                {severity && (
                  <Badge color={severity === "severe" ? "red" : "orange"}>
                    {t(`portal.severity.${severity}`)}
                  </Badge>
                )}
                {reaction && (
                  <Text size="sm" lang={langOf(reaction)}>
                    {reaction}
                  </Text>
                )}
              </Group>
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
