import { Alert, Badge, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";
import { dateTime } from "@/shared/when";

type Patient = Schema["PatientOut"];
const COLORS = { pending: "blue", accepted: "teal", declined: "red" } as const;
const SHOWN = 10;

/** Phone and address as the hospital has them; a correction is asked for, not made. */
export function Contact({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const requests = useQuery({
    queryKey: keys.contactRequests.own,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/contact-requests/", { params: { query: { page_size: SHOWN } }, signal }),
      ),
  });
  return (
    <Section title={t("portal.part.contact")}>
      <QueryView query={requests}>
        {({ results }) => {
          const waits = results.some(({ state }) => state === "pending");
          return (
            <Stack>
              {waits ? (
                <Alert color="blue" title={t("portal.contactWaits")}>
                  {t("portal.contactWaitsHint")}
                </Alert>
              ) : (
                <Form key={`${patient.phone} ${patient.address}`} patient={patient} />
              )}
              {results.map((request) => (
                <Request key={request.id} request={request} />
              ))}
            </Stack>
          );
        }}
      </QueryView>
    </Section>
  );
}

function Form({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [phone, setPhone] = useState(patient.phone ?? "");
  const [address, setAddress] = useState(patient.address ?? "");
  const asking = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/emr/contact-requests/", {
          body: { phone: phone.trim(), address: address.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("portal.contactSent"));
      await client.invalidateQueries({ queryKey: keys.contactRequests.all });
    },
  });
  const same = phone.trim() === patient.phone && address.trim() === patient.address;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!same) asking.mutate();
      }}
    >
      <Stack maw={480}>
        <Text size="sm" c="dimmed">
          {t("portal.contactHint")}
        </Text>
        <TextInput
          type="tel"
          autoComplete="off"
          label={t("patients.phone")}
          maxLength={30}
          value={phone}
          onChange={(event) => {
            setPhone(event.currentTarget.value);
          }}
        />
        <TextInput
          autoComplete="off"
          label={t("openemr.fields.address")}
          maxLength={300}
          value={address}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
          }}
        />
        {asking.isError && <ErrorNotice error={asking.error} />}
        <Group>
          <Button type="submit" disabled={same} loading={asking.isPending}>
            {t("portal.contactAsk")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Request({ request }: { request: Schema["ContactRequestOut"] }) {
  const { t } = useTranslation();
  const { phone, address, state, requested_at, answer } = request;
  const wanted = [phone, address].filter((text) => text !== null).map((text) => text || t("portal.none"));
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Badge color={COLORS[state]}>{t(`portal.contactState.${state}`)}</Badge>
        <Text size="xs" c="dimmed">
          {dateTime(requested_at)}
        </Text>
      </Group>
      <Text size="sm">{wanted.join(" · ")}</Text>
      {answer && <Text size="sm">{answer}</Text>}
    </Stack>
  );
}
