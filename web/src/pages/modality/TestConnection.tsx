import { Badge, Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { dateTime } from "@/shared/when";
import type { Node } from "./nodes";

/** What the last C-ECHO said, and a button for the next one. */
export function TestConnection({ node }: { node: Node }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const echo = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/ris/nodes/{node_id}/echo/", { params: { path: { node_id: node.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.nodes.all }),
  });
  return (
    <Group gap="xs" wrap="nowrap">
      <div role="status">
        {node.echo_outcome && (
          <Badge
            color={node.echo_outcome === "ok" ? "teal" : "red"}
            tt="none"
            title={node.echo_at ? dateTime(node.echo_at) : undefined}
          >
            {t(`modality.nodes.echo.${node.echo_outcome}`)}
          </Badge>
        )}
      </div>
      <Button
        size="compact-sm"
        variant="light"
        aria-label={t("modality.nodes.testOne", { name: node.name })}
        loading={echo.isPending}
        onClick={() => {
          echo.mutate();
        }}
      >
        {t("modality.nodes.test")}
      </Button>
    </Group>
  );
}
