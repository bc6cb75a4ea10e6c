import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { modelsQuery } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { useJobTypeName } from "@/shared/jobTypes";
import { useTermName } from "@/shared/treatment/terms";
import { useMeasureName, withUnit } from "@/shared/vitals/measures";
import { measuresOf, type Entry, type Kind } from "./entries";

interface EntryText {
  title: string;
  detail: string;
}

/** Title and detail of an entry in the person's language: codes by their names. */
export function useEntryText(): (kind: Kind, entry: Entry) => EntryText {
  const { t } = useTranslation();
  const can = useCan();
  const jobTypeName = useJobTypeName();
  const measureName = useMeasureName();
  const models = useQuery({ ...modelsQuery, enabled: can("request_ai") });
  const termName = useTermName();
  const korean = currentLanguage() === "ko";
  const modelName = (id: string) => {
    const model = models.data?.find((each) => each.id === id);
    return (korean && model?.name_ko) || model?.name || id;
  };
  const vitals = (detail: string) =>
    measuresOf(detail)
      .map(({ measure, value }) => `${measureName(measure)} ${withUnit(Number(value), measure)}`)
      .join(", ");
  return (kind, { title, detail }) => {
    switch (kind) {
      case "encounter":
        return { title, detail: t(`patients.encounterKind.${detail as Schema["EncounterKind"]}`) };
      case "vitals":
        return { title, detail: vitals(detail) };
      case "order":
        return { title: jobTypeName(title), detail: t(`status.order.${detail as Schema["OrderStatus"]}`) };
      case "result":
        return {
          title: jobTypeName(title),
          detail: detail === "amended" ? t("chart.timeline.amended") : "",
        };
      case "ai":
        return { title: modelName(title), detail: t(`status.job.${detail as Schema["AIJobStatus"]}`) };
      case "treatment":
        return { title, detail: t(`treatment.kind.${detail as Schema["TreatmentKind"]}`) };
      case "treatment_event":
        return { title: t(`treatment.event.${detail as Schema["CourseEventKind"]}`), detail: title };
      case "adverse_event":
        return { title: termName(title), detail: `CTCAE ${t("treatment.adverseEvent.grade")} ${detail}` };
      case "visit":
        return { title, detail: t(`treatment.visit.${detail as Schema["VisitStatus"]}`) };
      default:
        return { title, detail };
    }
  };
}
