import { Paper } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { studiesQuery } from "@/api/queries";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { useAreaTitle } from "@/shared/useAreaTitle";
import { StudyFilterBar } from "./StudyFilterBar";
import { PAGE, StudyTable } from "./StudyTable";
import classes from "./StudiesPage.module.css";
import { useStudyQuery, useWorklist } from "./useStudyFilters";

/** Another reader may take a study at any time. */
const REFRESH_MS = 60_000;

export default function StudiesPage() {
  const { t } = useTranslation();
  const title = useAreaTitle("studies");
  const { worklist, change } = useWorklist();
  const [search] = useDebouncedValue(worklist.search.trim(), 300);
  const filters = useStudyQuery(worklist, search);
  const first = useQuery({
    ...studiesQuery({ ...filters, page: 1, page_size: PAGE }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <div className={classes.page}>
      <PageHeader
        title={title}
        subtitle={
          <span role="status">
            {first.data && t("studies.subtitle", { count: first.data.count })}
          </span>
        }
      />
      <StudyFilterBar worklist={worklist} onChange={change} />
      <Paper withBorder className={classes.list}>
        <QueryView
          query={first}
          rows={8}
          empty={t("studies.none")}
          isEmpty={({ count }) => count === 0}
        >
          {({ count }) => (
            <StudyTable
              key={JSON.stringify(filters)}
              filters={filters}
              count={count}
              sort={worklist.sort}
              onSort={(sort) => {
                change({ sort });
              }}
            />
          )}
        </QueryView>
      </Paper>
    </div>
  );
}
