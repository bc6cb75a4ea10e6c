import { Anchor, Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { modelSettingsQuery } from "@/api/queries";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { EndButton } from "@/shared/EndButton";
import { FieldForm } from "@/shared/forms/FieldForm";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";
import { DryRun } from "./DryRun";
import { RoutingDecisions } from "./RoutingDecisions";
import { draftOf, ruleBody, ruleLine, ruleValues, useRuleFields, type Rule } from "./routingRules";

/** Which studies go to which model when they arrive, and what came of it. */
export function RoutingRules() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Rule | "new" | null>(null);
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const rules = useQuery({
    queryKey: keys.ai.rules(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ai/routing-rules/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const close = () => {
    setOpen(null);
  };
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t("admin.routing.subtitle")}
        </Text>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => {
            setOpen("new");
          }}
        >
          {t("admin.routing.create")}
        </Button>
      </Group>
      <DataTable
        label={t("admin.routing.tab")}
        query={rules}
        columns={useColumns(setOpen)}
        rowKey={({ id }) => id}
        empty={t("admin.routing.empty")}
        page={page}
        onPage={setPage}
      />
      <RoutingDecisions />
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        size="xl"
        title={open === "new" ? t("admin.routing.create") : open?.name}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {open && <RuleEditor rule={open} onClose={close} />}
      </Drawer>
    </Stack>
  );
}

function useColumns(onOpen: (rule: Rule) => void): Column<Rule>[] {
  const { t } = useTranslation();
  return [
    {
      key: "name",
      header: t("admin.routing.name"),
      lead: true,
      render: (rule) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          onClick={() => {
            onOpen(rule);
          }}
        >
          {rule.name}
        </Anchor>
      ),
    },
    {
      key: "state",
      header: t("admin.routing.state"),
      render: ({ enabled }) => (
        <Badge color={enabled ? "teal" : "gray"} tt="none">
          {t(enabled ? "admin.routing.on" : "admin.routing.off")}
        </Badge>
      ),
    },
    {
      key: "names",
      header: t("admin.routing.names"),
      render: (rule) => <Text size="sm">{ruleLine(rule, (value) => t(`status.priority.${value}`))}</Text>,
    },
    {
      key: "model",
      header: t("admin.routing.model"),
      render: ({ model_id, model_version }) => (
        <Text size="sm" className="mono">
          {[model_id, model_version].filter(Boolean).join(" ")}
        </Text>
      ),
    },
    {
      key: "delete",
      header: t("chart.do"),
      render: ({ id, name }) => (
        <EndButton
          label={t("admin.routing.delete")}
          ariaLabel={t("admin.routing.deleteOne", { name })}
          ended={t("admin.routing.deleted")}
          stale={[keys.ai.routing]}
          end={() =>
            unwrap(api.DELETE("/api/ai/routing-rules/{rule_id}/", { params: { path: { rule_id: id } } }))
          }
        />
      ),
    },
  ];
}

interface RuleEditorProps {
  rule: Rule | "new";
  onClose: () => void;
}

function RuleEditor({ rule, onClose }: RuleEditorProps) {
  const overview = useQuery(modelSettingsQuery);
  return (
    <QueryView query={overview}>
      {({ models }) => <RuleForm rule={rule} models={models} onClose={onClose} />}
    </QueryView>
  );
}

function RuleForm({ rule, models, onClose }: RuleEditorProps & { models: Schema["ManagedModelOut"][] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isNew = rule === "new";
  const reread = async () => {
    const { results } = await unwrap(api.GET("/api/ai/routing-rules/", { params: { query: { page_size: 200 } } }));
    const now = results.find(({ id }) => !isNew && id === rule.id);
    if (!now) throw new Error("the rule is not in the list any more");
    return { version: now.version, values: ruleValues(now) };
  };
  return (
    <FieldForm
      fields={useRuleFields(models)}
      {...(isNew
        ? { initial: { modality: "MR", position: "0" } }
        : { edited: { version: rule.version, values: ruleValues(rule), reread } })}
      submit={t("common.save")}
      save={(body, version) =>
        isNew
          ? unwrap(
              api.POST("/api/ai/routing-rules/", {
                body: ruleBody(body) as Schema["RoutingRuleInRequest"],
              }),
            )
          : unwrap(
              api.PATCH("/api/ai/routing-rules/{rule_id}/", {
                params: { path: { rule_id: rule.id }, header: { "If-Match": `"${String(version)}"` } },
                body: ruleBody(body),
              }),
            )
      }
      onDone={() => {
        showSuccess(t("common.saved"));
        void client.invalidateQueries({ queryKey: keys.ai.routing });
        onClose();
      }}
      onCancel={onClose}
      above={(values) => <DryRun draft={draftOf(values)} />}
    />
  );
}
