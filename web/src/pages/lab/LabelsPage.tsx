import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { Barcode } from "@/shared/Barcode";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { useIdParam } from "@/shared/useIdParam";
import { dateTime } from "@/shared/when";
import { specimensOfQuery, type Specimen } from "./data";
import classes from "./LabelsPage.module.css";

/** One label for each specimen of an order, for the label printer. */
export default function LabelsPage() {
  const { t } = useTranslation();
  const id = useIdParam("orderId");
  const specimens = useQuery(specimensOfQuery(id));
  return (
    <>
      <div className={classes.screen}>
        <PageHeader title={t("lab.specimen.labels")}>
          <Button component={Link} to={`/lab/orders/${id}`} variant="default">
            {t("common.back")}
          </Button>
          <Button
            leftSection={<IconPrinter size={18} aria-hidden />}
            onClick={() => {
              print();
            }}
          >
            {t("lab.specimen.print")}
          </Button>
        </PageHeader>
      </div>
      <QueryView
        query={specimens}
        empty={t("lab.specimen.none")}
        isEmpty={({ results }) => results.length === 0}
      >
        {({ results }) => (
          <Stack gap="md" className={classes.labels}>
            {results
              .filter(({ state }) => state !== "REJECTED")
              .map((specimen) => (
                <Label key={specimen.id} specimen={specimen} />
              ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}

/** Two identifiers of the patient, as the tube must carry them, and the number as Code 128. */
function Label({ specimen }: { specimen: Specimen }) {
  const { t } = useTranslation();
  const { id: specimen_id } = specimen;
  const label = useQuery({
    queryKey: keys.lab.label(specimen_id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/lis/specimens/{specimen_id}/label/", { params: { path: { specimen_id } }, signal })),
    staleTime: Infinity,
  });
  return (
    <div className={classes.label} data-loading={label.isPending || undefined}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={600}>
          {specimen.patient.full_name}
        </Text>
        <Text size="sm">{specimen.patient.patient_id}</Text>
      </Group>
      {label.data && <Barcode modules={label.data.barcode} text={label.data.number} />}
      {label.isError && <ErrorNotice error={label.error} />}
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="xs">{t(`lab.specimen.kind.${specimen.kind}`)}</Text>
        <Text size="xs">{dateTime(specimen.collected_at)}</Text>
      </Group>
    </div>
  );
}
