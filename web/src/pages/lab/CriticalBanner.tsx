import { Alert, Anchor, Text } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan, useIsStaff } from "@/session/react";
import { dateTime } from "@/shared/when";
import { REFRESH_MS } from "./data";
import { useCountdown } from "@/shared/criticals/useCountdown";

/**
 * On every page of those who may see the results, until each critical value was read back; it names no
 * patient.
 */
export function CriticalBanner() {
  const staff = useIsStaff();
  const concerned = useCan()("view_order") && staff;
  const { pathname } = useLocation();
  const open = useQuery({
    queryKey: keys.lab.openCriticals,
    queryFn: ({ signal }) => unwrap(api.GET("/api/lis/critical/open/", { signal })),
    refetchInterval: REFRESH_MS,
    enabled: concerned,
  });
  if (!concerned || !open.data?.count || pathname === "/lab/critical") return null;
  return <Banner open={open.data} />;
}

function Banner({ open }: { open: Schema["OpenCriticalsOut"] }) {
  const { t } = useTranslation();
  const { count, since, escalated_at, escalated_to, escalates_at } = open;
  const left = useCountdown(escalates_at);
  const course = [
    since && t("lab.critical.since", { at: dateTime(since) }),
    escalated_at &&
      t("lab.critical.escalated", { at: dateTime(escalated_at), names: escalated_to.join(", ") }),
    left && t("lab.critical.escalates", { left }),
  ];
  return (
    <Alert color="red.9" variant="filled" mb="md" className="no-print" icon={<IconUrgent aria-hidden />}
      role="region" aria-label={t("lab.pages.criticals")}>
      <Anchor component={Link} to="/lab/critical" c="inherit" underline="always" fw={600}>
        {t("lab.critical.banner", { count })}
      </Anchor>
      <Text size="sm">{course.filter(Boolean).join(" · ")}</Text>
    </Alert>
  );
}
