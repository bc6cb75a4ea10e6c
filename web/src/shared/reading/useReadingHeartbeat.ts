import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";

const HEARTBEAT_MS = 60_000;
type Read = Pick<Schema["StudyDetailOut"], "study_instance_uid" | "reading_status" | "reader">;

/**
 * While my reading is open on the screen its lock goes on; an idle one ends by itself. Once it is
 * refused, the study is asked who reads it now. The viewer does the same (its reading.js).
 */
export function useReadingHeartbeat(study: Read | undefined): void {
  const user = useUser();
  const client = useQueryClient();
  const mine = study?.reading_status === "READING" && study.reader?.id === user.id;
  const uid = mine ? study.study_instance_uid : undefined;
  useEffect(() => {
    if (!uid) return;
    const beat = async () => {
      const params = { path: { study_instance_uid: uid } };
      const { error } = await api.POST("/api/ris/studies/{study_instance_uid}/lock/", { params, body: {} });
      if (error) await client.invalidateQueries({ queryKey: keys.studies.one(uid) });
    };
    const timer = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS);
    return () => {
      clearInterval(timer);
    };
  }, [client, uid]);
}
