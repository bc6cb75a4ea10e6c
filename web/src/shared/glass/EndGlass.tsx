import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { EndButton } from "@/shared/EndButton";

/** Close an emergency access: nothing that it opened is shown any longer. */
export function EndGlass({ id }: { id: number }) {
  const { t } = useTranslation();
  return (
    <EndButton
      label={t("glass.end")}
      ended={t("glass.ended")}
      end={() =>
        unwrap(api.DELETE("/api/emr/break-glass/{grant_id}/", { params: { path: { grant_id: id } } }))
      }
    />
  );
}
