import { Paper } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { FieldForm } from "@/shared/forms/FieldForm";
import { valuesOf, type Field } from "@/shared/forms/fields";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";

const MINUTES = ["stat_minutes", "urgent_minutes", "routine_minutes", "lock_minutes"] as const;
const read = (signal?: AbortSignal) =>
  unwrap(api.GET("/api/ris/worklist-settings/", signal ? { signal } : {}));

/** Within which time studies are to be read, when an idle lock ends, from which risk AI is urgent. */
export default function ReadingTargetsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const setting = useQuery({ queryKey: keys.worklist.setting, queryFn: ({ signal }) => read(signal) });
  const fields: Field[] = [
    ...MINUTES.map((name): Field => ({ name, label: t(`worklist.setting.${name}`), type: "number", required: true, decimals: 0 })),
    { name: "urgent_risk", label: t("worklist.setting.urgent_risk"), type: "number", required: true, decimals: 2 },
  ];
  const edited = (row: Awaited<ReturnType<typeof read>>) => ({ version: row.version, values: valuesOf(fields, row) });
  return (
    <>
      <PageHeader title={t("worklist.setting.title")} subtitle={t("worklist.setting.hint")} />
      <QueryView query={setting} rows={5}>
        {(row) => (
          <Paper withBorder p="md" maw={520}>
            <FieldForm
              key={row.version}
              fields={fields}
              edited={{ ...edited(row), reread: async () => edited(await read()) }}
              submit={t("common.save")}
              save={(body, version) =>
                unwrap(
                  api.PATCH("/api/ris/worklist-settings/", {
                    params: { header: { "If-Match": `"${version ?? 0}"` } },
                    body,
                  }),
                )
              }
              onDone={() => {
                showSuccess(t("common.saved"));
                void client.invalidateQueries({ queryKey: keys.worklist.setting });
              }}
              onCancel={() => void navigate("/")}
            />
          </Paper>
        )}
      </QueryView>
    </>
  );
}
