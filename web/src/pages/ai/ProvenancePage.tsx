import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { provenanceQuery } from "@/api/queries";
import { useUser } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { Sheet } from "@/shared/print/Sheet";
import { QueryView } from "@/shared/QueryView";
import { useIdParam } from "@/shared/useIdParam";
import { Provenance } from "./Provenance";

/** How one version of a mask came to be, for the screen and for paper. */
export default function ProvenancePage() {
  const { t } = useTranslation();
  const { full_name, username } = useUser();
  const segmentation = useIdParam("segmentationId");
  const version = useIdParam("version");
  const found = useQuery(provenanceQuery(segmentation, version));
  const title = t("ai.provenance.title", { segmentation, version });
  return (
    <>
      <div className="no-print">
        <PageHeader title={title} />
      </div>
      <QueryView query={found} rows={8}>
        {(data) => (
          <Sheet
            hospital=""
            title={title}
            printedBy={full_name || username}
            printedAt={new Date(found.dataUpdatedAt).toISOString()}
          >
            <Provenance of={data} />
          </Sheet>
        )}
      </QueryView>
    </>
  );
}
