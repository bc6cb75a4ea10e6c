import { Badge, Button, Select, Stack, Switch, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { modelSettingsQuery } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { modelName } from "@/shared/ai/jobs";
import { showSuccess } from "@/shared/toasts";
import { ModelUsage } from "./ModelUsage";

type Managed = Schema["ManagedModelOut"];
type Refused = Schema["RefusedModelOut"];

/** Every model with the hospital's settings, the folders that are refused, and the usage of one. */
export function ModelList() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Managed | null>(null);
  const overview = useQuery(modelSettingsQuery);
  return (
    <QueryView query={overview}>
      {({ models, refused }) => (
        <Stack>
          <Section title={t("admin.models.list")}>
            {models.length > 0 ? (
              <Models models={models} onUsage={setShown} />
            ) : (
              <Text size="sm">{t("admin.models.empty")}</Text>
            )}
          </Section>
          <Section title={t("admin.models.refused")}>
            <RefusedModels refused={refused} />
          </Section>
          {shown && (
            <Section title={t("admin.models.usageOf", { name: modelName(shown) })}>
              <ModelUsage model={shown.id} />
            </Section>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Models({ models, onUsage }: { models: Managed[]; onUsage: (model: Managed) => void }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t("admin.models.list")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("admin.models.model")}</Table.Th>
          <Table.Th>{t("admin.models.on")}</Table.Th>
          <Table.Th>{t("admin.models.version")}</Table.Th>
          <Table.Th>{t("admin.models.usage")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {models.map((model) => (
          <ModelRow key={model.id} model={model} onUsage={onUsage} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ModelRow({ model, onUsage }: { model: Managed; onUsage: (model: Managed) => void }) {
  const { t } = useTranslation();
  const change = useChange(model);
  const name = modelName(model);
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{name}</Text>
        <Badge variant="light" tt="none">
          {t(`admin.models.kind.${model.kind}`)}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Switch
          aria-label={t("admin.models.switch", { name })}
          checked={model.enabled}
          disabled={change.isPending}
          onChange={({ currentTarget }) => {
            change.mutate({ enabled: currentTarget.checked });
          }}
        />
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={t("admin.models.versionOf", { name })}
          value={model.default_version}
          disabled={change.isPending}
          allowDeselect={false}
          onChange={(version) => {
            change.mutate({ default_version: version ?? "" });
          }}
          data={[
            { value: "", label: t("admin.models.newest", { version: model.versions[0] ?? "" }) },
            ...model.versions.map((version) => ({ value: version, label: version })),
          ]}
        />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="light"
          aria-label={t("admin.models.showUsage", { name })}
          onClick={() => {
            onUsage(model);
          }}
        >
          {t("admin.models.usage")}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function useChange({ id, version }: Managed) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema["PatchedModelSettingInRequest"]) =>
      unwrap(
        api.PATCH("/api/ai/model-settings/{model_id}/", {
          params: { path: { model_id: id }, header: { "If-Match": `"${version}"` } },
          body,
        }),
      ),
    onSuccess: () => {
      showSuccess(t("admin.models.changed"));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.ai.all }),
  });
}

function RefusedModels({ refused }: { refused: Refused[] }) {
  const { t } = useTranslation();
  if (refused.length === 0) return <Text size="sm">{t("admin.models.nothingRefused")}</Text>;
  return (
    <Table aria-label={t("admin.models.refused")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("admin.models.folder")}</Table.Th>
          <Table.Th>{t("admin.models.reason")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {refused.map(({ id, version, reason }) => (
          <Table.Tr key={`${id} ${version} ${reason}`}>
            <Table.Td className="mono">{version ? `${id}/${version}` : id}</Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{reason}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
