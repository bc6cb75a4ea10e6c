import { Button } from "@mantine/core";
import { IconUserHeart } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan, useIsStaff } from "@/session/react";

/** The way from a patient to who cares for them. */
export function CareTeamLink({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const staff = useIsStaff();
  if (!staff || !can("view_access")) return null;
  return (
    <Button
      component={Link}
      to={`/patients/${patient}/care-team`}
      variant="default"
      leftSection={<IconUserHeart size={16} aria-hidden />}
    >
      {t("careTeam.title")}
    </Button>
  );
}
