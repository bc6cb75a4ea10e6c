import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import type { paths } from "@/schema";
import { showNote } from "@/shared/toasts";
import { usePrepareViewer } from "./preparedViewer";

type Row = Schema["WorklistRowOut"];
export type WorklistQuery = NonNullable<paths["/api/ris/worklist/"]["get"]["parameters"]["query"]>;

/** The study that is mine to read now; undefined if none is left. */
function nextStudy({ priority, modality, assigned, ordering, search }: WorklistQuery): Promise<Row | undefined> {
  return unwrap(
    api.POST("/api/ris/worklist/next/", {
      body: {
        ...(priority && { priority }),
        ...(modality && { modality }),
        ...(assigned && { assigned }),
        ...(ordering && { ordering }),
        ...(search && { search }),
      },
    }),
  );
}

/** Whether the next study may be this one: nobody reads it, and it is not another reader's. */
export const isFree = ({ reading_state, assigned_to }: Row, me: number) =>
  reading_state === "unread" && (assigned_to === null || assigned_to.id === me);

/** Goes to the page that reads a study, which remembers whence: not in the address, that may not name a patient. */
export function useGoReading() {
  const navigate = useNavigate();
  return useCallback(
    (uid: string, worklist: WorklistQuery) => {
      void navigate(`/studies/${uid}/read`, { state: { worklist } });
    },
    [navigate],
  );
}

/** What the worklist was asked for when the study on the screen was opened from it. */
export function useWorklistQuery(): WorklistQuery {
  const { state } = useLocation() as { state: { worklist?: WorklistQuery } | null };
  return state?.worklist ?? {};
}

/** Locks the next unread study of the worklist and goes to it. */
export function useReadNext(query: WorklistQuery) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const prepare = usePrepareViewer();
  const go = useGoReading();
  const { mutate, isPending } = useMutation({
    mutationFn: () => nextStudy(query),
    onSettled: () => client.invalidateQueries({ queryKey: keys.worklist.all }),
  });
  const take = () => {
    mutate(undefined, {
      onSuccess: (row) => {
        if (row) {
          prepare(row);
          go(row.study_instance_uid, query);
        } else showNote(t("worklist.nothingNext"));
      },
    });
  };
  return { take, busy: isPending };
}
