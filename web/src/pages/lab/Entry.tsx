import { Alert, Anchor, Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Section } from "@/shared/Section";
import { LISTS_OF } from "./columns";
import type { Order, Version } from "./data";
import { isOut } from "./steps";
import { BloodEntry } from "./BloodEntry";
import { RowsEntry } from "./RowsEntry";

interface EntryProps {
  order: Order;
  versions: Version[];
  opened: boolean;
  /** The first field is ready for the keyboard. */
  ready: boolean;
}

/** Enter a result, or correct the one that is there. */
export function Entry({ order, versions, opened, ready }: EntryProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(opened);
  const newest = versions.at(-1);
  const title = isOut(order) ? t("lab.entry.amend") : t("lab.entry.title");
  if (!open) {
    return (
      <Button
        variant="light"
        style={{ alignSelf: "flex-start" }}
        onClick={() => {
          setOpen(true);
        }}
      >
        {title}
      </Button>
    );
  }
  return (
    <Section title={title}>
      {newest?.state === "RETURNED" && (
        <Alert color="orange" mb="sm" title={t("lab.entry.returned", { name: newest.returned_by_name })}>
          {newest.return_reason}
        </Alert>
      )}
      <Form order={order} entered={newest?.entered ?? {}} ready={ready} />
    </Section>
  );
}

interface FormProps {
  order: Order;
  entered: Record<string, unknown>;
  ready: boolean;
}

function Form(props: FormProps) {
  const { t } = useTranslation();
  const { order } = props;
  if (order.job_type === "BLOOD") return <BloodEntry {...props} />;
  const lists = LISTS_OF[order.job_type];
  if (lists) return <RowsEntry {...props} lists={lists} />;
  return (
    <Text size="sm">
      <Anchor component={Link} to={`/orders?order=${order.id}`}>
        {t("lab.entry.elsewhere")}
      </Anchor>
    </Text>
  );
}
