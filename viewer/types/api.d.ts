// What the API answers, from docs/openapi.yaml; `npm --prefix web run schema` writes the schema.
import type { components } from '../../web/src/schema';

type Schema = components['schemas'];

export type Study = Schema['StudyDetailOut'];
export type Prior = Schema['PriorOut'];
export type Permission = Schema['Permission'];
export type User = Schema['MeOut'];
export type ListedJob = Schema['AIJobListOut'];
export type Job = Schema['AIJobOut'];
export type AcceptedJob = Schema['AIJobAcceptedOut'];
export type JobList = Schema['PaginatedAIJobListOutList'];
export type Segmentation = Schema['SegmentationOut'];
export type Segment = Schema['SegmentOut'];
export type Version = Omit<Schema['VersionSummaryOut'], 'volumes_ml'> & {
  volumes_ml: Record<string, number>;
};

/** The slices of a version, by SOP Instance UID, and their size in pixels. */
export type Grid = Pick<Schema['VersionOut'], 'rows' | 'columns' | 'slices'>;

/** A segment as the model's manifest names it. */
export interface ManifestSegment {
  number: number;
  label: string;
  label_ko?: string;
}

export type Model = Schema['ModelOut'] & {
  outputs: { segments?: ManifestSegment[] };
};
