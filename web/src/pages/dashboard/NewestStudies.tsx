import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { studiesQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StudyCard } from "@/shared/StudyCard";
import { useOwnTitle } from "@/shared/useAreaTitle";
import { ShowAll } from "./ShowAll";

const SHOWN = 5;
const OWN_SHOWN = 20;

/** For a reader the studies that wait longest; for others the newest that they may see. */
export function NewestStudies() {
  const { t } = useTranslation();
  const reads = useCan()("write_report");
  const { role } = useUser();
  const few = role === "patient" || role === "external";
  const studies = useQuery(
    studiesQuery(
      reads
        ? { reading_status: "UNREAD", ordering: "study_date", page_size: SHOWN }
        : { ordering: "-study_date", page_size: few ? OWN_SHOWN : SHOWN },
    ),
  );
  const own = useOwnTitle()("studies");
  const title = t(reads ? "dashboard.nextUnread" : "dashboard.recentStudies");
  return (
    <Section
      title={own ?? title}
      action={<ShowAll to={reads ? "/studies?reading=UNREAD" : "/studies"} />}
    >
      <QueryView
        query={studies}
        empty={t(reads ? "dashboard.nothing" : "dashboard.noImages")}
        isEmpty={({ count }) => count === 0}
      >
        {({ results }) => (
          <Stack gap="xs">
            {results.map((study) => (
              <StudyCard key={study.study_instance_uid} study={study} named={role !== "patient"} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
