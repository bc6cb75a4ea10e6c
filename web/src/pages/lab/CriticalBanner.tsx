import { Alert, Anchor } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { REFRESH_MS } from "./data";
import { useCountdown } from "./useCountdown";

/** On every page until each critical value was read back; it names no patient. */
export function CriticalBanner() {
  const concerned = useCan()("critical_result");
  const { pathname } = useLocation();
  const open = useQuery({
    queryKey: keys.lab.openCriticals,
    queryFn: ({ signal }) => unwrap(api.GET("/api/lis/critical/open/", { signal })),
    refetchInterval: REFRESH_MS,
    enabled: concerned,
  });
  if (!concerned || !open.data?.count || pathname === "/lab/critical") return null;
  return <Banner count={open.data.count} escalatesAt={open.data.escalates_at} />;
}

function Banner({ count, escalatesAt }: { count: number; escalatesAt: string | null }) {
  const { t } = useTranslation();
  const left = useCountdown(escalatesAt);
  return (
    <Alert color="red.9" variant="filled" mb="md" className="no-print" icon={<IconUrgent aria-hidden />}
      role="region" aria-label={t("lab.pages.criticals")}>
      <Anchor component={Link} to="/lab/critical" c="inherit" underline="always" fw={600}>
        {t("lab.critical.banner", { count })}
      </Anchor>
      {left && ` · ${t("lab.critical.escalates", { left })}`}
    </Alert>
  );
}
