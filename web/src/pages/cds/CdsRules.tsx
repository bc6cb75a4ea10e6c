import { Group, NumberInput, Switch, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";
import { rulesQuery } from "./rulesQuery";

type Rule = Schema["CdsRuleOut"];

/** Every rule: whether it is on, from when it speaks, how often it did and what became of that. */
export function CdsRules() {
  const { t } = useTranslation();
  const rules = useQuery(rulesQuery);
  const heads = ["rule", "on", "limit", "shown", "accepted", "overridden", "reasons"] as const;
  return (
    <Section title={t("cds.rules.list")}>
      <QueryView query={rules} rows={7}>
        {(found) => (
          <Table.ScrollContainer minWidth={720}>
            <Table aria-label={t("cds.rules.list")}>
              <Table.Thead>
                <Table.Tr>
                  {heads.map((head) => (
                    <Table.Th key={head}>{t(`cds.rules.${head}`)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((rule) => (
                  <RuleRow key={`${rule.rule} ${rule.version}`} rule={rule} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </QueryView>
    </Section>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const change = useChange(rule);
  const name = rule.name[currentLanguage()];
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{name}</Text>
        <Text size="xs" c="dimmed">
          {rule.hooks.join(", ")}
        </Text>
      </Table.Td>
      <Table.Td>
        <Switch
          aria-label={t("cds.rules.switch", { name })}
          checked={rule.enabled}
          disabled={change.isPending}
          onChange={({ currentTarget }) => {
            change.mutate({ enabled: currentTarget.checked });
          }}
        />
      </Table.Td>
      <Table.Td>
        <Limit
          rule={rule}
          name={name}
          disabled={change.isPending}
          onLimit={(limit) => {
            change.mutate({ limit });
          }}
        />
      </Table.Td>
      <Table.Td>{rule.shown}</Table.Td>
      <Table.Td>{rule.accepted}</Table.Td>
      <Table.Td>{rule.overridden}</Table.Td>
      <Table.Td>
        {rule.reasons.map(({ code, name: reason, count }) => (
          <Text size="xs" key={code}>
            {`${reason?.[currentLanguage()] ?? (code || t("cds.rules.noReason"))}: ${count}`}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}

interface LimitProps {
  rule: Rule;
  name: string;
  disabled: boolean;
  onLimit: (limit: number) => void;
}

function Limit({ rule: { bounds, limit }, name, disabled, onLimit }: LimitProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState<string | number>(limit ?? "");
  if (!bounds) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <NumberInput
        aria-label={t("cds.rules.limitOf", { name })}
        w={90}
        size="xs"
        min={bounds.least}
        max={bounds.most}
        allowDecimal={false}
        value={value}
        disabled={disabled}
        onChange={setValue}
        onBlur={() => {
          if (typeof value === "number" && value !== limit) onLimit(value);
        }}
      />
      <Text size="xs">{bounds.unit === "d" ? t("cds.rules.days") : "mL/min/1.73 m²"}</Text>
    </Group>
  );
}

function useChange({ rule, version }: Rule) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema["PatchedCdsRuleInRequest"]) =>
      unwrap(
        api.PATCH("/api/cds-rules/{rule}/", {
          params: { path: { rule }, header: { "If-Match": `"${version}"` } },
          body,
        }),
      ),
    onSuccess: () => {
      showSuccess(t("cds.rules.changed"));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.cds.rules }),
  });
}
