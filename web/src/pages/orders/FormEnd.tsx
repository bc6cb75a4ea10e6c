import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CardList } from "@/shared/cds/CardList";
import type { CdsSuggestion } from "@/shared/cds/cards";
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
  onAccept?: (suggestion: CdsSuggestion) => void;
}

/** What may be a duplicate, what decision support warns of, what was refused, and the buttons. */
export function FormEnd({ ordering: state, checked, submit, onClose, onAccept }: FormEndProps) {
  const { t } = useTranslation();
  const { found, cards, reason, setReason, ordering, lacksReason } = state;
  const doubted = found.length > 0;
  return (
    <>
      {cards && <CardList cards={cards} hook="order-sign" {...(onAccept && { onAccept })} />}
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
          color={cards ? "orange" : undefined}
          disabled={lacksReason}
          loading={ordering.isPending}
        >
          {doubted ? t("orders.duplicates.goOn") : cards ? t("cds.orderAnyway") : submit}
        </Button>
      </Group>
    </>
  );
}
