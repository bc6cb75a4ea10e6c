import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { dateTime } from "@/shared/when";
import { isByModel, modelName, studyOf } from "./jobs";

/** A job in one line of a list: examination, model with its version, who asked for it and when. */
export function useJobLine(): (job: Schema["AIJobListOut"]) => string {
  const { t } = useTranslation();
  return (job) =>
    [
      job.sources_moved && t("ai.sourcesMoved.title"),
      studyOf(job),
      job.study?.accession_number,
      isByModel(job)
        ? t("ai.modelVersion", { name: modelName(job.model), version: job.model.version })
        : modelName(job.model),
      job.requested_by
        ? t("ai.requestedBy", {
            name: job.requested_by_name || job.requested_by,
            at: dateTime(job.created_at),
          })
        : t("ai.requestedByRule", { at: dateTime(job.created_at) }),
    ]
      .filter(Boolean)
      .join(" · ");
}
