import { useEffect } from "react";
import { useParams, useSearchParams } from "react-router";
import { isUid, viewerAddress } from "@/shared/images/viewerAddress";
import { NotFound } from "@/shared/NotFound";
import { PageLoader } from "@/shared/PageLoader";


/** The viewer is a page of its own, with a link back; this address is the one to share. */
export default function ViewerPage() {
  const { studyInstanceUid = "" } = useParams();
  const job = useSearchParams()[0].get("job");
  const valid = isUid(studyInstanceUid);
  useEffect(() => {
    if (valid) location.replace(viewerAddress(studyInstanceUid, job));
  }, [studyInstanceUid, job, valid]);
  return valid ? <PageLoader /> : <NotFound />;
}
