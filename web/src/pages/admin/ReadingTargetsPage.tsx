import { Paper, Select, Stack } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { FieldForm } from "@/shared/forms/FieldForm";
import { valuesOf, type Body, type Field } from "@/shared/forms/fields";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";

type Setting = Schema["WorklistSettingOut"];
type Change = Schema["PatchedWorklistSettingInRequest"];
const TARGETS = ["stat_minutes", "urgent_minutes", "routine_minutes"] as const;
const LIMITS = [
  { name: "lock_minutes", decimals: 0 },
  { name: "urgent_risk", decimals: 2 },
] as const;
/** Codes of DICOM that a radiology department reads. */
const MODALITIES = ["CT", "MR", "CR", "DX", "US", "XA", "MG", "NM", "PT", "RF"];
const ALL = "";
const read = (signal?: AbortSignal) =>
  unwrap(api.GET("/api/ris/worklist-settings/", signal ? { signal } : {}));

/** Within which time studies are to be read, when an idle lock ends, from which risk AI is urgent. */
export default function ReadingTargetsPage() {
  const { t } = useTranslation();
  const setting = useQuery({ queryKey: keys.worklist.setting, queryFn: ({ signal }) => read(signal) });
  const [modality, choose] = useState<string>(ALL);
  return (
    <>
      <PageHeader title={t("worklist.setting.title")} subtitle={t("worklist.setting.hint")} />
      <QueryView query={setting} rows={5}>
        {(row) => (
          <Paper withBorder p="md" maw={520}>
            <Stack>
              <Select
                label={t("worklist.column.modality")}
                description={t("worklist.setting.apart")}
                allowDeselect={false}
                data={[
                  { value: ALL, label: t("worklist.setting.every") },
                  ...new Set([...MODALITIES, ...Object.keys(row.by_modality)]),
                ]}
                value={modality}
                onChange={(chosen) => {
                  choose(chosen ?? ALL);
                }}
              />
              <Targets key={`${modality} ${row.version}`} row={row} modality={modality} />
            </Stack>
          </Paper>
        )}
      </QueryView>
    </>
  );
}

/** Those of every modality, or what one of them has apart from the rest. */
function Targets({ row, modality }: { row: Setting; modality: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const every = modality === ALL;
  /** As last read: what somebody else changed of other modalities in between stays. */
  const latest = useRef(row);
  const fields: Field[] = [
    ...TARGETS.map((name): Field => ({
      name,
      label: t(`worklist.setting.${name}`),
      type: "number",
      required: every,
      decimals: 0,
      ...(!every && { hint: t("worklist.setting.otherwise", { minutes: row[name] }) }),
    })),
    ...(every ? LIMITS : []).map(({ name, decimals }): Field => ({
      name,
      label: t(`worklist.setting.${name}`),
      type: "number",
      required: true,
      decimals,
    })),
  ];
  const edited = (now: Setting) => ({
    version: now.version,
    values: valuesOf(fields, every ? now : (now.by_modality[modality] ?? {})),
  });
  return (
    <FieldForm
      fields={fields}
      edited={{ ...edited(row), reread: async () => edited((latest.current = await read())) }}
      submit={t("common.save")}
      save={async (body, version) =>
        unwrap(
          api.PATCH("/api/ris/worklist-settings/", {
            params: { header: { "If-Match": `"${version ?? 0}"` } },
            body: every ? body : { by_modality: withTargets(latest.current.by_modality, modality, body) },
          }),
        )
      }
      onDone={() => {
        showSuccess(t("common.saved"));
        void client.invalidateQueries({ queryKey: keys.worklist.setting });
      }}
      onCancel={() => void navigate("/")}
    />
  );
}

/** All modalities' targets with those of one changed; what was emptied is as for every modality. */
function withTargets(before: Setting["by_modality"], modality: string, body: Body): NonNullable<Change["by_modality"]> {
  const own = Object.entries({ ...before[modality], ...body }).filter(([, minutes]) => typeof minutes === "number");
  return { ...before, [modality]: Object.fromEntries(own) };
}
