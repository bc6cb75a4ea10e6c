import { Button, Drawer, Switch, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { FieldForm } from "@/shared/forms/FieldForm";
import type { Field } from "@/shared/forms/fields";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";

type Client = Schema["CdsClientOut"];

/** The systems outside whose signed requests are believed. */
export function CdsClients() {
  const { t } = useTranslation();
  const [entering, setEntering] = useState(false);
  const clients = useQuery({
    queryKey: keys.cds.clients,
    queryFn: ({ signal }) => unwrap(api.GET("/api/cds-clients/", { signal })),
  });
  const close = () => {
    setEntering(false);
  };
  const enter = (
    <Button
      size="xs"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => {
        setEntering(true);
      }}
    >
      {t("cds.clients.add")}
    </Button>
  );
  return (
    <Section title={t("cds.clients.title")} action={enter}>
      <Text size="sm" mb="sm">
        {t("cds.clients.hint")}
      </Text>
      <QueryView query={clients}>
        {(found) => (found.length > 0 ? <Clients clients={found} /> : <Text size="sm">{t("cds.clients.empty")}</Text>)}
      </QueryView>
      <Drawer
        opened={entering}
        onClose={close}
        position="right"
        title={t("cds.clients.add")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {entering && <ClientForm onClose={close} />}
      </Drawer>
    </Section>
  );
}

function Clients({ clients }: { clients: Client[] }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t("cds.clients.title")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("cds.clients.name")}</Table.Th>
          <Table.Th>{t("cds.clients.issuer")}</Table.Th>
          <Table.Th>{t("cds.clients.jwksUrl")}</Table.Th>
          <Table.Th>{t("cds.clients.enabled")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {clients.map((client) => (
          <ClientRow key={client.id} client={client} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ClientRow({ client: { id, name, issuer, jwks_url, enabled = false, version } }: { client: Client }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Schema["PatchedCdsClientInRequest"]) =>
      unwrap(
        api.PATCH("/api/cds-clients/{id}/", {
          params: { path: { id }, header: { "If-Match": `"${version}"` } },
          body,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.cds.clients }),
  });
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{issuer}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{jwks_url}</Table.Td>
      <Table.Td>
        <Switch
          aria-label={t("cds.clients.switch", { name })}
          checked={enabled}
          disabled={change.isPending}
          onChange={({ currentTarget }) => {
            change.mutate({ enabled: currentTarget.checked });
          }}
        />
      </Table.Td>
    </Table.Tr>
  );
}

function ClientForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const hint = t("cds.clients.idsOfOurs");
  const fields: Field[] = [
    { name: "name", label: t("cds.clients.name"), type: "text", required: true, maxLength: 100 },
    { name: "issuer", label: t("cds.clients.issuer"), type: "text", required: true, maxLength: 255 },
    { name: "jwks_url", label: t("cds.clients.jwksUrl"), type: "text", required: true, maxLength: 500 },
    { name: "patient_system", label: t("cds.clients.patientSystem"), type: "text", maxLength: 255, hint },
    { name: "user_system", label: t("cds.clients.userSystem"), type: "text", maxLength: 255, hint },
  ];
  return (
    <FieldForm
      fields={fields}
      submit={t("common.save")}
      save={(body) => unwrap(api.POST("/api/cds-clients/", { body: body as Schema["CdsClientInRequest"] }))}
      onDone={() => {
        showSuccess(t("cds.clients.added"));
        void queries.invalidateQueries({ queryKey: keys.cds.clients });
        onClose();
      }}
      onCancel={onClose}
    />
  );
}
