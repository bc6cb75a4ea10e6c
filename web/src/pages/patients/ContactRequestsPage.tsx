import { Button, Card, Group, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { contactRequestsQuery } from "@/api/queries";
import { Comparison } from "@/shared/Comparison";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";

type ContactRequest = Schema["ContactRequestOut"];

/** What patients ask to have corrected; accepting changes their data. */
export default function ContactRequestsPage() {
  const { t } = useTranslation();
  const requests = useQuery(contactRequestsQuery);
  return (
    <>
      <PageHeader title={t("portal.requests")} subtitle={t("portal.requestsHint")} />
      <QueryView query={requests} empty={t("portal.noRequests")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack>
            {results.map((request) => (
              <Decision key={request.id} request={request} />
            ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}

function Decision({ request }: { request: ContactRequest }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [answer, setAnswer] = useState("");
  const deciding = useMutation({
    mutationFn: (accept: boolean) =>
      unwrap(
        api.POST("/api/emr/contact-requests/{id}/decide/", {
          params: { path: { id: request.id } },
          body: { accept, answer: answer.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("common.saved"));
      await client.invalidateQueries({ queryKey: keys.contactRequests.all });
      await client.invalidateQueries({ queryKey: keys.patients.all });
    },
  });
  const { patient, now, phone, address } = request;
  const name = `${patient.full_name} (${patient.patient_id})`;
  return (
    <Card withBorder component="section" aria-label={name}>
      <Title order={2} size="h5">
        {name}
      </Title>
      <Comparison
        label={name}
        arrived={t("portal.wanted")}
        recorded={t("portal.recorded")}
        rows={[
          [t("patients.phone"), phone ?? now.phone, now.phone],
          [t("openemr.fields.address"), address ?? now.address, now.address],
        ]}
      />
      <TextInput
        mt="sm"
        label={t("portal.answer")}
        maxLength={300}
        value={answer}
        onChange={(event) => {
          setAnswer(event.currentTarget.value);
        }}
      />
      {deciding.isError && <ErrorNotice error={deciding.error} />}
      <Group justify="flex-end" mt="sm">
        <Button
          variant="default"
          loading={deciding.isPending && !deciding.variables}
          onClick={() => {
            deciding.mutate(false);
          }}
        >
          {t("portal.decline")}
        </Button>
        <Button
          loading={deciding.isPending && deciding.variables}
          onClick={() => {
            deciding.mutate(true);
          }}
        >
          {t("portal.accept")}
        </Button>
      </Group>
    </Card>
  );
}
