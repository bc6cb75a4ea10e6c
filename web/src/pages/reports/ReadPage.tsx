import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconExternalLink, IconPlayerTrackNext } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { studyQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { isUid } from "@/shared/images/viewerAddress";
import { NotFound } from "@/shared/NotFound";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { usePrepareViewer } from "@/shared/reading/preparedViewer";
import { isFree, useReadNext, useWorklistQuery, type WorklistQuery } from "@/shared/reading/useReadNext";
import { useReadingHeartbeat } from "@/shared/reading/useReadingHeartbeat";
import classes from "@/shared/reading/ReadingRoom.module.css";
import { History } from "./History";
import { KeyboardHelp } from "./KeyboardHelp";
import { StudyReports } from "./StudyReports";

/**
 * A study to read: the patient's history on the left, the report on the right. The images between them are the
 * reading room's, which keeps the viewer from one study to the next.
 */
export default function ReadPage() {
  const { studyInstanceUid = "" } = useParams();
  return isUid(studyInstanceUid) ? <Read key={studyInstanceUid} uid={studyInstanceUid} /> : <NotFound />;
}

function Read({ uid }: { uid: string }) {
  const { t } = useTranslation();
  const study = useQuery(studyQuery(uid));
  useReadingHeartbeat(study.data);
  const [elsewhere, setElsewhere] = useState(false);
  return (
    <>
      <aside className={classes.history} tabIndex={-1} data-part="history" aria-label={t("reports.read.history")}>
        {elsewhere && <Next uid={uid} />}
        <QueryView query={study} rows={6}>
          {(found) => <History study={found} />}
        </QueryView>
      </aside>
      {!elsewhere && (
        <section className={classes.report} tabIndex={-1} data-part="report" aria-label={t("reports.page")}>
          <PageHeader title={t("reports.page")}>
            <Group gap="xs">
              <KeyboardHelp />
              <Tooltip label={t("reports.ownWindow")}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t("reports.ownWindow")}
                  aria-keyshortcuts="Alt+W"
                  onClick={() => {
                    window.open(`/studies/${uid}/report`, "cdss-report", "popup");
                    setElsewhere(true);
                  }}
                >
                  <IconExternalLink size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
              <Next uid={uid} />
            </Group>
          </PageHeader>
          <StudyReports study={uid} />
        </section>
      )}
    </>
  );
}

/** The next unread study of the worklist whence this one was opened, in its place. */
function Next({ uid }: { uid: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const query = useWorklistQuery();
  const next = useReadNext(query);
  useCandidate(uid, query, can("review_ai"));
  if (!can("review_ai")) return null;
  return (
    <Button
      aria-keyshortcuts="Alt+N"
      loading={next.busy}
      onClick={next.take}
      leftSection={<IconPlayerTrackNext size={18} aria-hidden />}
    >
      {t("worklist.next")}
    </Button>
  );
}

const CANDIDATES = 5;
/** Colleagues take studies all the time; a viewer that is opened for nothing costs as much as one that is used. */
const PEEK_MS = 60_000;

/** Prepares the viewer of the study that the next one probably is. */
function useCandidate(uid: string, query: WorklistQuery, enabled: boolean): void {
  const me = useUser().id;
  const prepare = usePrepareViewer();
  const asked = { ...query, state: "unread", page_size: CANDIDATES };
  const rows = useQuery({
    queryKey: keys.worklistCandidates(uid, asked),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/worklist/", { params: { query: asked }, signal })),
    enabled,
    staleTime: PEEK_MS,
    refetchInterval: PEEK_MS,
  });
  const row = rows.data?.results.find((each) => each.study_instance_uid !== uid && isFree(each, me));
  useEffect(() => {
    if (row) prepare(row);
  }, [prepare, row]);
}
