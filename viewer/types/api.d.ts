// What the API answers, from docs/openapi.yaml; `npm --prefix web run schema` writes the schema.
import type { components } from '../../web/src/schema';

type Schema = components['schemas'];

/** A SEG or SR of the study; `author` is a DICOM person name. */
export interface DerivedObject {
  sop_instance_uid: string;
  author: string;
  content_date: string | null;
  content_time: string;
  version: number | null;
  superseded: boolean;
}
export interface DerivedSeries {
  series_instance_uid: string;
  description: string;
  objects?: DerivedObject[];
}
export type Prior = Schema['PriorOut'] & { image_count?: number };
/** What the order says is null, or left out, where it is not known or not for this person. */
interface Described {
  series: (Schema['SeriesOut'] & { images?: number })[];
  segmentations: DerivedSeries[];
  structured_reports?: DerivedSeries[];
  priors: Prior[];
  other_studies?: Prior[];
  clinical_question?: string | null;
  ordered_by?: string | null;
  priority?: string | null;
  patient_age?: number | null;
  patient_sex?: string | null;
}
export type Study = Omit<Schema['StudyDetailOut'], keyof Described> & Described;
export type Hanging = Schema['HangingOut'];
export type Registration = Schema['RegistrationOut'];
export type Growth = Schema['GrowthOut'];
export type Layout = Schema['LayoutOut'];
export type Pane = Schema['PaneOut'];
export type FrameLink = Schema['FrameLinkOut'];
export type Protocol = Layout['protocol'];
export type Permission = Schema['Permission'];
export type User = Schema['MeOut'];
export type ListedJob = Schema['AIJobListOut'];
export type Job = Omit<Schema['AIJobOut'], 'card'> & { card: Model | null };
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
