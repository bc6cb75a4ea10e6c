import { useTranslation } from "react-i18next";
import { useUser } from "@/session/react";
import { Section } from "@/shared/Section";
import { ShareList } from "@/shared/shares/ShareList";
import { ShowAll } from "./ShowAll";

/** Shares of this person that are still open, the next to end first. */
export function SharesEnding() {
  const { t } = useTranslation();
  const { role } = useUser();
  const all = role === "external" ? "/shared" : "/shares";
  return (
    <Section title={t("dashboard.shares")} action={<ShowAll to={all} />}>
      <ShareList filters={{ active: true, ordering: "expires_at", page_size: 5 }} />
    </Section>
  );
}
