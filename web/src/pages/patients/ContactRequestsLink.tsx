import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { contactRequestsQuery } from "@/api/queries";
import { useCan } from "@/session/react";

/** The way to what patients ask to have corrected, while there is something. */
export function ContactRequestsLink() {
  const { t } = useTranslation();
  const may = useCan()("edit_patient");
  const requests = useQuery({ ...contactRequestsQuery, enabled: may });
  const count = requests.data?.count ?? 0;
  if (!may || count === 0) return null;
  return (
    <Button component={Link} to="/patients/contact-requests" variant="light" size="compact-md">
      {t("portal.requestsCount", { count })}
    </Button>
  );
}
