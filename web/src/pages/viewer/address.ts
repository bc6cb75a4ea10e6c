/** A DICOM UID (PS3.5 section 9): digits and dots, at most 64. */
export function isUid(text: string): boolean {
  return /^[0-9.]{1,64}$/.test(text);
}

export function viewerAddress(studyInstanceUid: string): string {
  return `/ohif/viewer?StudyInstanceUIDs=${studyInstanceUid}`;
}
