import { Button, Stack, Timeline } from "@mantine/core";
import { IconScan } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { StudyCard } from "@/shared/StudyCard";
import { calendarDate } from "@/shared/when";

const PAGE = 20;

/** The patient's studies with their pictures, newest first. */
export function ImagingTimeline({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const studies = useInfiniteQuery({
    queryKey: keys.studies.ofPatient(patient),
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/ris/studies/", {
          params: {
            query: { patient, page: pageParam, page_size: PAGE, ordering: "-study_date" },
          },
          signal,
        }),
      ),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.next ? pages.length + 1 : undefined),
  });
  return (
    <QueryView
      query={studies}
      empty={t("patients.noStudies")}
      isEmpty={({ pages }) => pages[0]?.count === 0}
    >
      {({ pages }) => (
        <Stack align="flex-start">
          <Timeline bulletSize={28} lineWidth={2} w="100%">
            {pages
              .flatMap(({ results }) => results)
              .map((study) => (
                <Timeline.Item
                  key={study.study_instance_uid}
                  bullet={<IconScan size={15} aria-hidden />}
                  title={study.study_date ? calendarDate(study.study_date) : t("studies.noDate")}
                >
                  <StudyCard study={study} />
                </Timeline.Item>
              ))}
          </Timeline>
          {studies.hasNextPage && (
            <Button
              variant="default"
              loading={studies.isFetchingNextPage}
              onClick={() => void studies.fetchNextPage()}
            >
              {t("common.loadMore")}
            </Button>
          )}
        </Stack>
      )}
    </QueryView>
  );
}
