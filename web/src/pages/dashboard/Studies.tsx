import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { studiesQuery, type StudyFilters } from "@/api/queries";
import { useUser } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StudyCard } from "@/shared/StudyCard";
import { useOwnTitle } from "@/shared/useAreaTitle";
import { MoreThan } from "./MoreThan";
import { ShowAll } from "./ShowAll";

const SHOWN = 5;
const OWN_SHOWN = 20;

/** What waits to be read, STAT first, then by age. */
export function NextStudies() {
  const { t } = useTranslation();
  return (
    <StudySection
      title={t("dashboard.nextUnread")}
      filters={{ reading_status: "UNREAD", ordering: "priority", page_size: SHOWN }}
      all="/studies?reading=UNREAD"
      empty={t("dashboard.nothing")}
    />
  );
}

/** The newest that this person may see; of patients and guests, all of their few. */
export function NewestStudies() {
  const { t } = useTranslation();
  const { role } = useUser();
  const own = useOwnTitle()("studies");
  return (
    <StudySection
      title={own ?? t("dashboard.recentStudies")}
      filters={{ ordering: "-study_date", page_size: own ? OWN_SHOWN : SHOWN }}
      all="/studies"
      empty={t("dashboard.noImages")}
      named={role !== "patient"}
    />
  );
}

interface StudySectionProps {
  title: string;
  filters: StudyFilters;
  all: string;
  empty: string;
  named?: boolean;
}

function StudySection({ title, filters, all, empty, named = true }: StudySectionProps) {
  const studies = useQuery(studiesQuery(filters));
  return (
    <Section title={title} action={<ShowAll to={all} />}>
      <QueryView query={studies} empty={empty} isEmpty={({ count }) => count === 0}>
        {({ count, results }) => (
          <>
            <Stack gap="xs">
              {results.map((study) => (
                <StudyCard key={study.study_instance_uid} study={study} named={named} />
              ))}
            </Stack>
            <MoreThan shown={results.length} count={count} />
          </>
        )}
      </QueryView>
    </Section>
  );
}
