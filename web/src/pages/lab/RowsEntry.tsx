import { Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { commentOf, rowOf, rowsOf, typedOf, type ListName, type Typed } from "./columns";
import type { Order } from "./data";
import { useColumnKeys } from "./keyboard";
import { RnaUpload } from "./RnaUpload";
import { SaveBar } from "./SaveBar";
import { TypedRows } from "./TypedRows";
import { useRowCheck } from "./useRowCheck";
import { useSave } from "./useSave";

interface RowsEntryProps {
  order: Order;
  entered: Record<string, unknown>;
  lists: readonly ListName[];
  ready: boolean;
  onSaved: () => void;
}

type Lists = Partial<Record<ListName, Typed[]>>;

function keyOf(list: ListName, place: number): string {
  return `${list}:${place}`;
}

/** Mutations, changes of copies and the RNA-seq file of a genetic order, markers of a protein one. */
export function RowsEntry({ order, entered, lists, ready, onSaved }: RowsEntryProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Lists>(() =>
    Object.fromEntries(
      lists.map((list, place) => {
        const rows = rowsOf(entered, list).map(typedOf);
        return [list, rows.length > 0 || place > 0 ? rows : [{}]];
      }),
    ),
  );
  const [rna, setRna] = useState<unknown>(entered["rna_seq"] ?? null);
  const [comment, setComment] = useState(commentOf(entered));
  const [reason, setReason] = useState("");
  const { checks, checkRow, checkAll, forget } = useRowCheck(order.id);
  const save = useSave(order, onSaved);
  const form = useColumnKeys();
  const filled = lists.map((list) => {
    const rows = (typed[list] ?? []).flatMap((row, place) => {
      const sent = rowOf(list, row);
      return sent ? [{ sent, key: keyOf(list, place) }] : [];
    });
    return [list, rows] as const;
  });
  const some = filled.some(([, rows]) => rows.length > 0) || rna !== null;
  const submit = () => {
    const parts = filled.filter(([, rows]) => rows.length > 0);
    const rows = Object.fromEntries(parts.map(([list, each]) => [list, each.map(({ sent }) => sent)]));
    const keysOf = Object.fromEntries(parts.map(([list, each]) => [list, each.map(({ key }) => key)]));
    const said = comment.trim() && { comment: comment.trim() };
    save.mutate({
      result: { ...rows, ...(rna !== null && { rna_seq: rna }), ...said },
      reason,
      isSound: () => checkAll(rows, keysOf),
    });
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (some) submit();
      }}
    >
      <Stack gap="md">
        {lists.map((list, number) => (
          <TypedRows
            key={list}
            list={list}
            title={t(`lab.list.${list}`)}
            rows={typed[list] ?? []}
            ready={ready && number === 0}
            checkOf={(place) => checks.get(keyOf(list, place))}
            onChange={(rows, place) => {
              setTyped({ ...typed, [list]: rows });
              const fewer = rows.length < (typed[list]?.length ?? 0);
              forget((key) => (fewer ? key.startsWith(`${list}:`) : key === keyOf(list, place)));
            }}
            onLeave={(place) => {
              const row = rowOf(list, typed[list]?.[place] ?? {});
              if (row) void checkRow(keyOf(list, place), list, row);
            }}
          />
        ))}
        {order.job_type === "GENETIC" && <RnaUpload order={order} value={rna} onChange={setRna} />}
        <SaveBar
          order={order}
          comment={comment}
          onComment={setComment}
          reason={reason}
          onReason={setReason}
          filled={some}
          saving={save.isPending}
          refused={save.data === false}
          error={save.error}
        />
      </Stack>
    </form>
  );
}
