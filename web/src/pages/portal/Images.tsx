import { Button, Stack } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { studiesQuery } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StudyCard } from "@/shared/StudyCard";

/** The patient's own images, each with the way into the viewer. */
export function Images() {
  const { t } = useTranslation();
  const studies = useQuery(studiesQuery({ ordering: "-study_date", page_size: 50 }));
  return (
    <Section title={t("studies.titleOwn")}>
      <QueryView query={studies} empty={t("dashboard.noImages")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack gap="md" role="list" aria-label={t("studies.titleOwn")}>
            {results.map((study) => (
              <Stack key={study.study_instance_uid} gap={4} align="flex-start" role="listitem">
                <StudyCard study={study} />
                <Button
                  component={Link}
                  to={`/viewer/${study.study_instance_uid}`}
                  size="compact-md"
                  variant="light"
                  leftSection={<IconEye size={16} aria-hidden />}
                >
                  {t("portal.openImages")}
                </Button>
              </Stack>
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
