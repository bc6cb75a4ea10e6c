import { Alert, Group, Text } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { glassQuery } from "@/api/queries";
import { useUser } from "@/session/react";
import { EndGlass } from "@/shared/glass/EndGlass";
import { dateTime } from "@/shared/when";

/** Says that one sees this patient by emergency access only, until when, and ends it. */
export function GlassBanner({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const user = useUser();
  const { data } = useQuery(glassQuery({ patient, user: user.id, open: true }));
  const glass = data?.results[0];
  if (!glass) return null;
  return (
    <Alert color="orange" icon={<IconLockOpen aria-hidden />} mb="md">
      <Group justify="space-between">
        <Text size="sm">{t("glass.banner", { at: dateTime(glass.ends_at) })}</Text>
        <EndGlass id={glass.id} />
      </Group>
    </Alert>
  );
}
