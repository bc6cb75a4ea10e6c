import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconExternalLink, IconPlayerTrackNext } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { studyQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { isUid, viewerAddress } from "@/shared/images/viewerAddress";
import { NotFound } from "@/shared/NotFound";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showError, showNote } from "@/shared/toasts";
import { useNextStudy } from "@/shared/useNextStudy";
import { useReadingHeartbeat } from "@/shared/useReadingHeartbeat";
import { History } from "./History";
import classes from "./ReadPage.module.css";
import { StudyReports } from "./StudyReports";
import { useReadingKeys } from "./useReadingKeys";

/** A study to read: the patient's history on the left, the images in the middle, the report on the right. */
export default function ReadPage() {
  const { studyInstanceUid = "" } = useParams();
  return isUid(studyInstanceUid) ? <Read key={studyInstanceUid} uid={studyInstanceUid} /> : <NotFound />;
}

function Read({ uid }: { uid: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const study = useQuery(studyQuery(uid));
  useReadingHeartbeat(study.data);
  const [elsewhere, setElsewhere] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  const next = useNext();
  const onLoad = useReadingKeys(page);
  return (
    <div ref={page} className={classes.page} data-report={elsewhere ? "elsewhere" : "here"}>
      <aside className={classes.side} tabIndex={-1} data-part="history" aria-label={t("reports.read.history")}>
        <QueryView query={study} rows={6}>
          {(found) => <History study={found} />}
        </QueryView>
      </aside>
      <iframe
        className={classes.images}
        data-part="images"
        title={t("reports.read.images")}
        src={viewerAddress(uid, null)}
        onLoad={onLoad}
      />
      {!elsewhere && (
        <section className={classes.side} tabIndex={-1} data-part="report" aria-label={t("reports.page")}>
          <PageHeader title={t("reports.page")}>
            <Group gap="xs">
              <Tooltip label={t("reports.ownWindow")}>
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t("reports.ownWindow")}
                  onClick={() => {
                    window.open(`/studies/${uid}/report`, "cdss-report", "popup");
                    setElsewhere(true);
                  }}
                >
                  <IconExternalLink size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
              {can("review_ai") && (
                <Button
                  aria-keyshortcuts="Alt+N"
                  loading={next.busy}
                  onClick={next.take}
                  leftSection={<IconPlayerTrackNext size={18} aria-hidden />}
                >
                  {t("worklist.next")}
                </Button>
              )}
            </Group>
          </PageHeader>
          <StudyReports study={uid} />
        </section>
      )}
    </div>
  );
}

/** The next unread study, locked, in place of this one. */
function useNext() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutate, isPending } = useNextStudy();
  const take = () => {
    mutate(
      {},
      {
        onError: showError,
        onSuccess: (row) => {
          if (row) void navigate(`/studies/${row.study_instance_uid}/read`);
          else showNote(t("worklist.nothingNext"));
        },
      },
    );
  };
  return { take, busy: isPending };
}
