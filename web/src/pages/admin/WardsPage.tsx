import { Anchor, Badge, Button, Drawer, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { MOST_WARDS } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { FieldForm } from "@/shared/forms/FieldForm";
import { PageHeader } from "@/shared/PageHeader";
import { showSuccess } from "@/shared/toasts";
import { useWardFields, wardBody, wardValues } from "./wards";

type Ward = Schema["WardOut"];

/** The wards and their beds; a ward that is closed stays, for what happened in it. */
export default function WardsPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Ward | "new" | null>(null);
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const wards = useQuery({
    queryKey: keys.wards.page(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/emr/wards/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Ward>[] = [
    {
      key: "code",
      header: t("admin.wards.code"),
      lead: true,
      render: (ward) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          onClick={() => {
            setOpen(ward);
          }}
        >
          {ward.code}
        </Anchor>
      ),
    },
    { key: "name", header: t("admin.wards.name"), render: ({ name }) => name[currentLanguage()] },
    { key: "beds", header: t("admin.wards.beds"), render: ({ beds }) => <Text size="sm">{beds.length}</Text> },
    {
      key: "active",
      header: t("admin.wards.state"),
      render: ({ active }) => (
        <Badge color={active ? "teal" : "gray"} tt="none">
          {t(active ? "admin.wards.active" : "admin.wards.closed")}
        </Badge>
      ),
    },
  ];
  const close = () => {
    setOpen(null);
  };
  return (
    <>
      <PageHeader title={t("admin.wards.title")}>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => {
            setOpen("new");
          }}
        >
          {t("admin.wards.create")}
        </Button>
      </PageHeader>
      <DataTable
        label={t("admin.wards.title")}
        query={wards}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("admin.wards.empty")}
        page={page}
        onPage={setPage}
      />
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        title={open === "new" ? t("admin.wards.create") : open?.code}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {open && <WardForm ward={open} onClose={close} />}
      </Drawer>
    </>
  );
}

function WardForm({ ward, onClose }: { ward: Ward | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isNew = ward === "new";
  const reread = async () => {
    const query = { page_size: MOST_WARDS };
    const { results } = await unwrap(api.GET("/api/emr/wards/", { params: { query } }));
    const now = results.find(({ id }) => !isNew && id === ward.id);
    if (!now) throw new Error("the ward is not in the list any more");
    return { version: now.version, values: wardValues(now) };
  };
  return (
    <FieldForm
      fields={useWardFields(isNew)}
      {...(isNew
        ? { initial: { active: "true" } }
        : { edited: { version: ward.version, values: wardValues(ward), reread } })}
      submit={t("common.save")}
      save={(body, version) =>
        isNew
          ? unwrap(api.POST("/api/emr/wards/", { body: wardBody(body) as Schema["WardInRequest"] }))
          : unwrap(
              api.PATCH("/api/emr/wards/{id}/", {
                params: { path: { id: ward.id }, header: { "If-Match": `"${String(version)}"` } },
                body: wardBody(body),
              }),
            )
      }
      onDone={() => {
        showSuccess(t("common.saved"));
        void client.invalidateQueries({ queryKey: keys.wards.all });
        onClose();
      }}
      onCancel={onClose}
    />
  );
}
