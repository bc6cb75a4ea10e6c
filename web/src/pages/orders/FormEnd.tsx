import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { DuplicateWarning } from "./DuplicateWarning";
import type { Order } from "./steps";
import type { useOrdering } from "./useOrdering";

export interface FormProps {
  onClose: () => void;
  onOrdered: (orders: Order[]) => void;
}

interface FormEndProps extends Pick<FormProps, "onClose"> {
  ordering: ReturnType<typeof useOrdering>;
  checked: boolean;
  submit: string;
}

/** What may be a duplicate, what was refused, and the buttons. */
export function FormEnd({ ordering: state, checked, submit, onClose }: FormEndProps) {
  const { t } = useTranslation();
  const { found, reason, setReason, ordering, lacksReason } = state;
  const doubted = found.length > 0;
  return (
    <>
      {doubted && (
        <DuplicateWarning
          found={found}
          reason={reason}
          onReason={setReason}
          error={checked && lacksReason && reason ? t("auth.required") : null}
        />
      )}
      {ordering.isError && <ErrorNotice error={ordering.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          type="submit"
          color={doubted ? "orange" : undefined}
          disabled={lacksReason}
          loading={ordering.isPending}
        >
          {doubted ? t("orders.duplicates.goOn") : submit}
        </Button>
      </Group>
    </>
  );
}
