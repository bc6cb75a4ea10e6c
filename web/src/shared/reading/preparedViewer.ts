import { createContext, use } from "react";
import type { Schema } from "@/api/client";

type Row = Pick<Schema["WorklistRowOut"], "study_instance_uid" | "instance_count" | "ai">;

/** A viewer on a study as it was: with other images or AI results it is another one. */
export interface PreparedViewer {
  uid: string;
  contents: string;
}

export const viewerOf = ({ study_instance_uid, instance_count, ai }: Row): PreparedViewer => ({
  uid: study_instance_uid,
  contents: JSON.stringify([instance_count, ai.map(({ job, status, review_status }) => [job, status, review_status])]),
});

export type Prepare = (row: Row) => void;
export const PrepareContext = createContext<Prepare>(() => undefined);

/** Opens the viewer out of sight on a study that is probably read next. Does nothing outside of the reading room. */
export const usePrepareViewer = (): Prepare => use(PrepareContext);
