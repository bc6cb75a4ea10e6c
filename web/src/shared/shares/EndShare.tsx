import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { EndButton } from "@/shared/EndButton";

export function EndShare({ id }: { id: number }) {
  const { t } = useTranslation();
  const can = useCan();
  if (!can("share_patient")) return null;
  return (
    <EndButton
      label={t("shares.end")}
      ended={t("shares.ended")}
      end={() => unwrap(api.DELETE("/api/shares/{share_id}/", { params: { path: { share_id: id } } }))}
      stale={[keys.shares.all, keys.patients.all]}
    />
  );
}
