import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FieldForm } from "@/shared/forms/FieldForm";
import { valuesOf, type Body, type Field, type Values } from "@/shared/forms/fields";
import { showSuccess } from "@/shared/toasts";
import { changeRow, createRow, readRow, useRefresh, type ChartKind } from "./api";

/** What is written: a new row, or one that there is. */
export type Writing = { row: { id: number; version: number } | null };

interface ChartModalProps {
  kind: ChartKind;
  patient: number;
  title: string;
  fields: Field[];
  initial?: Values;
  writing: Writing | null;
  onClose: () => void;
  above?: (values: Values, fill: (values: Values) => void) => ReactNode;
  /** What a row says besides its fields. */
  complete?: (body: Body) => Body;
}

const asItIs = (body: Body): Body => body;

/** The form of a row, new or changed, over the page. */
export function ChartModal(props: ChartModalProps) {
  const { kind, patient, title, fields, initial, writing, onClose, above, complete = asItIs } = props;
  const { t } = useTranslation();
  const refresh = useRefresh(patient);
  const row = writing?.row;
  return (
    <Modal
      opened={writing !== null}
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {writing && (
        <FieldForm
          fields={fields}
          {...(initial && { initial })}
          {...(above && { above })}
          {...(row && {
            edited: {
              version: row.version,
              values: valuesOf(fields, row),
              reread: async () => {
                const now = await readRow(kind, row.id);
                return { version: now.version, values: valuesOf(fields, now) };
              },
            },
          })}
          submit={t("common.save")}
          save={(body, version) =>
            row && version !== null
              ? changeRow(kind, row.id, version, complete(body))
              : createRow(kind, patient, complete(body))
          }
          onDone={() => {
            showSuccess(t("common.saved"));
            void refresh();
            onClose();
          }}
          onCancel={onClose}
        />
      )}
    </Modal>
  );
}
