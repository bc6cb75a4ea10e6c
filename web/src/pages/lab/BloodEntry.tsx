import { Button, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { newestByCode } from "@/shared/lab/newestByCode";
import { QueryView } from "@/shared/QueryView";
import { analyteOf, rowsEntered, withCodes, type BloodRow } from "./blood";
import { commentOf } from "./columns";
import { panelQuery, valuesBeforeQuery, type LabValue, type Order, type Panel } from "./data";
import { AnalyteRow } from "./AnalyteRow";
import { useFocusWhen } from "./focus";
import { useColumnKeys } from "./keyboard";
import { SaveBar } from "./SaveBar";
import { useRowCheck } from "./useRowCheck";
import { useSave } from "./useSave";

interface BloodEntryProps {
  order: Order;
  entered: Record<string, unknown>;
  ready: boolean;
  onSaved: () => void;
}

export function BloodEntry(props: BloodEntryProps) {
  const panel = useQuery(panelQuery(props.order.id));
  const before = useQuery(valuesBeforeQuery(props.order));
  return (
    <QueryView query={panel} rows={6}>
      {(found) => <PanelForm {...props} panel={found} before={before.data ?? []} />}
    </QueryView>
  );
}

type PanelFormProps = BloodEntryProps & { panel: Panel; before: LabValue[] };

function PanelForm({ order, entered, ready, onSaved, panel, before }: PanelFormProps) {
  const { t } = useTranslation();
  const [rows, setRows] = useState(() => rowsEntered(entered));
  const [comment, setComment] = useState(commentOf(entered));
  const [reason, setReason] = useState("");
  const { checks, checkRow, checkAll, forget } = useRowCheck(order.id);
  const save = useSave(order, onSaved);
  const form = useColumnKeys();
  const previous = newestByCode(before, 1);
  const sent = rows.flatMap((row) => analyteOf(row) ?? []);
  const submit = () => {
    const analytes = sent.map((row) => ({ ...row }));
    const others = Object.entries(entered).filter(([name]) => name !== "analytes" && name !== "comment");
    const said = comment.trim() && { comment: comment.trim() };
    save.mutate({
      result: { ...Object.fromEntries(others), analytes, ...said },
      reason,
      isSound: () => checkAll({ analytes }, { analytes: sent.map(({ code }) => code) }),
    });
  };
  const change = (code: string, patch: Partial<BloodRow>) => {
    setRows(rows.map((row) => (row.code === code ? { ...row, ...patch } : row)));
    forget((key) => key === code);
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (sent.length > 0) submit();
      }}
    >
      <Stack gap="sm">
        <Chooser
          panel={panel}
          ready={ready && rows.length === 0}
          onAdd={(codes) => {
            setRows(withCodes(rows, codes, panel.analytes));
          }}
        />
        {rows.length > 0 && (
          <Table aria-label={t("lab.entry.title")} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                {(["analyte", "value", "unit", "method", "range", "flag", "previous"] as const).map((name) => (
                  <Table.Th key={name} scope="col">
                    {t(`lab.column.${name}`)}
                  </Table.Th>
                ))}
                <Table.Th scope="col">{t("chart.do")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row, place) => (
                <AnalyteRow
                  key={row.code}
                  row={row}
                  analyte={panel.analytes.find(({ code }) => code === row.code)}
                  checked={checks.get(row.code)}
                  previous={previous.get(row.code)?.[0]}
                  ready={ready && place === 0}
                  onChange={(patch) => {
                    change(row.code, patch);
                  }}
                  onLeave={(left) => {
                    const analyte = analyteOf(left);
                    if (analyte) void checkRow(row.code, "analytes", { ...analyte });
                  }}
                  onRemove={() => {
                    setRows(rows.filter(({ code }) => code !== row.code));
                  }}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
        <SaveBar
          order={order}
          comment={comment}
          onComment={setComment}
          reason={reason}
          onReason={setReason}
          filled={sent.length > 0}
          saving={save.isPending}
          refused={save.data === false}
          error={save.error}
        />
      </Stack>
    </form>
  );
}

interface ChooserProps {
  panel: Panel;
  ready: boolean;
  onAdd: (codes: string[]) => void;
}

/** Whole panels by a button, single analytes by name or code. */
function Chooser({ panel, ready, onAdd }: ChooserProps) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const first = useFocusWhen<HTMLButtonElement>(ready);
  const sex = t(`common.gender.${panel.sex as "M"}`);
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t("lab.entry.rangesFor", { sex, age: panel.age })}
      </Text>
      <Group gap="xs">
        {panel.panels.map(({ id, name, codes }, place) => (
          <Button
            key={id}
            size="compact-sm"
            variant="default"
            {...(place === 0 && { ref: first })}
            onClick={() => {
              onAdd(codes);
            }}
          >
            {name[language]}
          </Button>
        ))}
        <Select
          aria-label={t("lab.entry.addAnalyte")}
          placeholder={t("lab.entry.addAnalyte")}
          searchable
          size="xs"
          w={260}
          data={panel.analytes.map(({ code, name }) => ({
            value: code,
            label: `${name[language]} (${code})`,
          }))}
          value={null}
          onChange={(code) => {
            if (code) onAdd([code]);
          }}
        />
      </Group>
    </Stack>
  );
}
