import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { patientOf, studyOf } from "@/shared/ai/jobs";

/** A study by its patient, description and date. */
export function RoutedStudy({ study }: { study: Schema["RoutedStudyOut"] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm">{patientOf(study)}</Text>
      <Anchor component={Link} to={`/studies/${study.study_instance_uid}`} size="xs">
        {studyOf({ study }) || t("studies.noDescription")}
      </Anchor>
    </div>
  );
}
