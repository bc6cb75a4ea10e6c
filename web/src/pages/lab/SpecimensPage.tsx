import { Anchor, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { specimensQuery, type Specimen, type SpecimenFilters } from "./data";
import { LabFrame } from "./LabFrame";
import { SpecimenChain, SpecimenState } from "./SpecimenChain";
import { SPECIMEN_KINDS } from "./steps";

const STATES = ["COLLECTED", "RECEIVED", "REJECTED"] as const;

/** Every specimen, newest first, with whoever had it. */
export default function SpecimensPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number] | null>(null);
  const [kind, setKind] = useState<(typeof SPECIMEN_KINDS)[number] | null>(null);
  const [typed, setTyped] = useState("");
  const [number] = useDebouncedValue(typed.trim(), 250);
  const [page, setPage] = useState(1);
  const query: SpecimenFilters = {
    ...(state && { state }),
    ...(kind && { kind }),
    ...(number && { number }),
    ordering: "-collected_at",
  };
  const specimens = useQuery({
    ...specimensQuery({ ...query, page, page_size: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const common = {
    clearable: true,
    placeholder: t("common.all"),
    clearButtonProps: { "aria-label": t("common.clear") },
  };
  return (
    <LabFrame title={t("lab.pages.specimens")} scanning>
      <Group gap="sm" align="flex-end">
        <Select
          {...common}
          label={t("lab.specimen.stateLabel")}
          data={STATES.map((value) => ({ value, label: t(`lab.specimen.state.${value}`) }))}
          value={state}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
        />
        <Select
          {...common}
          label={t("lab.specimen.kindLabel")}
          data={SPECIMEN_KINDS.map((value) => ({ value, label: t(`lab.specimen.kind.${value}`) }))}
          value={kind}
          onChange={(value) => {
            setKind(value);
            setPage(1);
          }}
        />
        <TextInput
          label={t("lab.specimen.number")}
          maxLength={20}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setPage(1);
          }}
        />
      </Group>
      <DataTable
        label={t("lab.pages.specimens")}
        query={specimens}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("lab.specimen.empty")}
        page={page}
        onPage={setPage}
      />
    </LabFrame>
  );
}

function useColumns(): Column<Specimen>[] {
  const { t } = useTranslation();
  return [
    {
      key: "number",
      header: t("lab.specimen.number"),
      lead: true,
      render: ({ order, number }) => (
        <Anchor component={Link} to={`/lab/orders/${order}`} size="sm" className="mono">
          {number}
        </Anchor>
      ),
    },
    {
      key: "patient",
      header: t("orders.patient"),
      render: ({ patient }) => `${patient.full_name} · ${patient.patient_id}`,
    },
    {
      key: "kind",
      header: t("lab.specimen.kindLabel"),
      render: ({ kind }) => t(`lab.specimen.kind.${kind}`),
    },
    {
      key: "state",
      header: t("lab.specimen.stateLabel"),
      render: (specimen) => <SpecimenState specimen={specimen} />,
    },
    {
      key: "chain",
      header: t("lab.specimen.chain"),
      render: (specimen) => <SpecimenChain specimen={specimen} />,
    },
  ];
}
