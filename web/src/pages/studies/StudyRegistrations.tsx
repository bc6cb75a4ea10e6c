import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { registrationsQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { PROGRESS_MS } from "@/shared/ai/jobs";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { RegistrationCard } from "./RegistrationCard";
import { isMoving } from "./registrations";
import { RequestRegistration } from "./RequestRegistration";

/** Series laid over each other: asked for, looked at, accepted or rejected. */
export function StudyRegistrations({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const can = useCan();
  const found = useQuery({
    ...registrationsQuery(study.study_instance_uid),
    refetchInterval: ({ state }) => (state.data?.results.some(isMoving) ? PROGRESS_MS : false),
  });
  if (!can("review_ai") && !found.data?.count) return null;
  return (
    <Section
      title={t("registrations.title")}
      action={
        can("review_ai") && (
          <Button
            size="xs"
            variant="light"
            leftSection={<IconStack2 size={16} aria-hidden />}
            onClick={open}
          >
            {t("registrations.request")}
          </Button>
        )
      }
    >
      <QueryView query={found} rows={1}>
        {({ results }) => (
          <Stack>
            {results.map((one) => (
              <RegistrationCard key={one.id} registration={one} />
            ))}
          </Stack>
        )}
      </QueryView>
      <RequestRegistration study={study} opened={asking} onClose={close} />
    </Section>
  );
}
