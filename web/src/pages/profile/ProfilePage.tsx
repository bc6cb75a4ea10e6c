import { Grid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { Section } from "@/shared/Section";
import { SessionList } from "@/shared/sessions/SessionList";
import { DetailsForm } from "./DetailsForm";
import { PasswordForm } from "./PasswordForm";

export default function ProfilePage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("profile.title")} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <DetailsForm />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <PasswordForm />
        </Grid.Col>
        <Grid.Col span={12}>
          <Section title={t("sessions.title")}>
            <SessionList user={null} />
          </Section>
        </Grid.Col>
      </Grid>
    </>
  );
}
