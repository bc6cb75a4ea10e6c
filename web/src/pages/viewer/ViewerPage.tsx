import { useEffect } from "react";
import { useParams } from "react-router";
import { NotFound } from "@/app/NotFound";
import { PageLoader } from "@/app/PageLoader";
import { isUid, viewerAddress } from "./address";

/** The viewer is a page of its own, with a link back; this address is the one to share. */
export default function ViewerPage() {
  const { studyInstanceUid = "" } = useParams();
  const valid = isUid(studyInstanceUid);
  useEffect(() => {
    if (valid) location.replace(viewerAddress(studyInstanceUid));
  }, [studyInstanceUid, valid]);
  return valid ? <PageLoader /> : <NotFound />;
}
