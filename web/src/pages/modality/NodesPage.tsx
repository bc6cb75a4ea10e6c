import { Anchor, Badge, Button, Drawer, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { EndButton } from "@/shared/EndButton";
import { FieldForm } from "@/shared/forms/FieldForm";
import { PageHeader } from "@/shared/PageHeader";
import { showSuccess } from "@/shared/toasts";
import { Associations } from "./Associations";
import { nodeBody, nodeValues, RIGHTS, useNodeFields, type Node } from "./nodes";
import { TestConnection } from "./TestConnection";

/** The DICOM nodes and what each may ask the archive for. */
export default function NodesPage() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Node | "new" | null>(null);
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const nodes = useQuery({
    queryKey: keys.nodes.page(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/nodes/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const close = () => {
    setOpen(null);
  };
  return (
    <>
      <PageHeader title={t("modality.nodes.title")} subtitle={t("modality.nodes.subtitle")}>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => {
            setOpen("new");
          }}
        >
          {t("modality.nodes.create")}
        </Button>
      </PageHeader>
      <DataTable
        label={t("modality.nodes.title")}
        query={nodes}
        columns={useColumns(setOpen)}
        rowKey={({ id }) => id}
        empty={t("modality.nodes.empty")}
        page={page}
        onPage={setPage}
      />
      <Associations />
      <Drawer
        opened={open !== null}
        onClose={close}
        position="right"
        title={open === "new" ? t("modality.nodes.create") : open?.name}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {open && <NodeForm node={open} onClose={close} />}
      </Drawer>
    </>
  );
}

function useColumns(onOpen: (node: Node) => void): Column<Node>[] {
  const { t } = useTranslation();
  return [
    {
      key: "name",
      header: t("modality.nodes.name"),
      lead: true,
      render: (node) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          onClick={() => {
            onOpen(node);
          }}
        >
          {node.name}
        </Anchor>
      ),
    },
    {
      key: "aeTitle",
      header: t("modality.nodes.aeTitle"),
      render: ({ ae_title, address, port }) => (
        <div>
          <Text size="sm">{ae_title}</Text>
          <Text size="xs" c="dimmed" className="mono">
            {address}:{port}
          </Text>
        </div>
      ),
    },
    {
      key: "rights",
      header: t("modality.nodes.may"),
      render: (node) => {
        const given = RIGHTS.filter((right) => node[right]);
        return given.length === 0 ? (
          <Text size="sm">{t("modality.nodes.nothing")}</Text>
        ) : (
          <Group gap={4}>
            {given.map((right) => (
              <Badge key={right} variant="light" tt="none">
                {t(`modality.nodes.rights.${right}`)}
              </Badge>
            ))}
          </Group>
        );
      },
    },
    {
      key: "echo",
      header: t("modality.nodes.connection"),
      render: (node) => <TestConnection node={node} />,
    },
    {
      key: "delete",
      header: t("chart.do"),
      render: ({ id, name }) => (
        <EndButton
          label={t("modality.nodes.delete")}
          ariaLabel={t("modality.nodes.deleteOne", { name })}
          ended={t("modality.nodes.deleted")}
          stale={[keys.nodes.all]}
          end={() => unwrap(api.DELETE("/api/ris/nodes/{node_id}/", { params: { path: { node_id: id } } }))}
        />
      ),
    },
  ];
}

function NodeForm({ node, onClose }: { node: Node | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isNew = node === "new";
  const reread = async () => {
    const { results } = await unwrap(api.GET("/api/ris/nodes/", { params: { query: { page_size: 200 } } }));
    const now = results.find(({ id }) => !isNew && id === node.id);
    if (!now) throw new Error("the node is not in the list any more");
    return { version: now.version, values: nodeValues(now) };
  };
  return (
    <FieldForm
      fields={useNodeFields()}
      {...(isNew
        ? { initial: { port: "104", tls_check: "certificate" } }
        : { edited: { version: node.version, values: nodeValues(node), reread } })}
      submit={t("common.save")}
      save={(body, version) =>
        isNew
          ? unwrap(api.POST("/api/ris/nodes/", { body: nodeBody(body) as Schema["DicomNodeInRequest"] }))
          : unwrap(
              api.PATCH("/api/ris/nodes/{node_id}/", {
                params: { path: { node_id: node.id }, header: { "If-Match": `"${String(version)}"` } },
                body: nodeBody(body),
              }),
            )
      }
      onDone={() => {
        showSuccess(t("common.saved"));
        void client.invalidateQueries({ queryKey: keys.nodes.all });
        onClose();
      }}
      onCancel={onClose}
    />
  );
}
