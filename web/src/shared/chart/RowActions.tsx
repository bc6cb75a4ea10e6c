import { ActionIcon, Button, Group, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { IconDots, IconHistory, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import type { Field } from "@/shared/forms/fields";
import { showSuccess } from "@/shared/toasts";
import { deleteRow, useRefresh, type ChartKind } from "./api";
import { RowHistory } from "./RowHistory";

interface RowActionsProps {
  kind: ChartKind;
  patient: number;
  row: { id: number; version: number };
  /** What the row is called, for who does not see it. */
  name: string;
  fields: Field[];
  mayChange: boolean;
  onEdit?: (() => void) | undefined;
  children?: ReactNode;
}

/** Change, history and deletion of a row, behind one button. */
export function RowActions({ kind, patient, row, name, fields, mayChange, onEdit, children }: RowActionsProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<"history" | "delete" | null>(null);
  const close = () => {
    setShown(null);
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t("chart.actions", { name })}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayChange && onEdit && (
            <Menu.Item leftSection={<IconPencil size={14} aria-hidden />} onClick={onEdit}>
              {t("chart.edit")}
            </Menu.Item>
          )}
          {children}
          <Menu.Item
            leftSection={<IconHistory size={14} aria-hidden />}
            onClick={() => {
              setShown("history");
            }}
          >
            {t("chart.history")}
          </Menu.Item>
          {mayChange && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={14} aria-hidden />}
              onClick={() => {
                setShown("delete");
              }}
            >
              {t("chart.delete")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={shown !== null}
        onClose={close}
        size={shown === "history" ? "lg" : "md"}
        title={shown === "delete" ? t("chart.deleteTitle", { name }) : t("chart.historyTitle", { name })}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {shown === "history" && <RowHistory kind={kind} patient={patient} id={row.id} fields={fields} />}
        {shown === "delete" && (
          <WithReason
            patient={patient}
            label={t("chart.deleteReason")}
            hint={t("chart.deleteHint")}
            button={t("chart.delete")}
            done={t("chart.deleted")}
            act={(reason) => deleteRow(kind, row.id, row.version, reason)}
            onClose={close}
          />
        )}
      </Modal>
    </>
  );
}

interface WithReasonProps {
  patient: number;
  label: string;
  hint?: string;
  button: string;
  done: string;
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** What is done to a row with a reason: deleting it, stopping it. */
export function WithReason({ patient, label, hint, button, done, act, onClose }: WithReasonProps) {
  const { t } = useTranslation();
  const refresh = useRefresh(patient);
  const [reason, setReason] = useState("");
  const acting = useMutation({
    mutationFn: () => act(reason.trim()),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(done);
      onClose();
    },
    onSettled: refresh,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim()) acting.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={label}
          description={hint}
          required
          maxLength={300}
          data-autofocus
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        {acting.isError && <ErrorNotice error={acting.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" color="red.9" disabled={!reason.trim()} loading={acting.isPending}>
            {button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
