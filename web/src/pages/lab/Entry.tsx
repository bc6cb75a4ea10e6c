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
  const { basis, newer, load, onSaved } = useBasis(versions, open);
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
      {basis?.state === "RETURNED" && (
        <Alert color="orange" mb="sm" title={t("lab.entry.returned", { name: basis.returned_by_name })}>
          {basis.return_reason}
        </Alert>
      )}
      {newer && (
        <Alert color="orange" mb="sm" role="status" title={t("lab.entry.newer")}>
          <Button variant="light" color="orange" size="xs" onClick={load}>
            {t("lab.entry.loadNewer")}
          </Button>
        </Alert>
      )}
      <Form key={basis?.number ?? 0} order={order} entered={basis?.entered ?? {}} ready={ready} onSaved={onSaved} />
    </Section>
  );
}

/** The version that the form began with: it stays, and with it what is typed, when another one arrives. */
function useBasis(versions: Version[], open: boolean) {
  const known = versions.length;
  const [based, setBased] = useState(known);
  const [knownAtSave, setKnownAtSave] = useState<number | null>(null);
  const saved = knownAtSave !== null && known > knownAtSave;
  const load = () => {
    setBased(known);
    setKnownAtSave(null);
  };
  if (saved || (!open && based !== known)) load();
  return {
    basis: versions[based - 1],
    newer: known > based && knownAtSave === null,
    load,
    onSaved: () => {
      setKnownAtSave(known);
    },
  };
}

interface FormProps {
  order: Order;
  entered: Record<string, unknown>;
  ready: boolean;
  onSaved: () => void;
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
