/** A DICOM UID (PS3.5 section 9): digits and dots, at most 64. */
export function isUid(text: string): boolean {
  return /^[0-9.]{1,64}$/.test(text);
}

/** `job`: the AI job to begin with, else the viewer chooses. */
export function viewerAddress(studyInstanceUid: string, job: string | null): string {
  const wanted = job && /^[0-9]{1,18}$/.test(job) ? `&job=${job}` : "";
  return `/ohif/viewer?StudyInstanceUIDs=${studyInstanceUid}${wanted}`;
}
