import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { QueryView } from "@/shared/QueryView";
import { resultSchemaQuery } from "@/shared/schemaForm/resultSchema";
import { SchemaForm } from "@/shared/schemaForm/SchemaForm";
import { cleaned, isFilled, type FieldSchema, type Values } from "@/shared/schemaForm/values";
import { isComplete, ResultFields, type ResultRow } from "./ResultFields";
import type { Order } from "./steps";

interface ResultEntryProps {
  order: Order;
  /** The result to send; null while it is not complete. */
  onChange: (result: Values | null) => void;
}

/** The form of the order's type, or names and values where its type has none. */
export function ResultEntry({ order, onChange }: ResultEntryProps) {
  const schema = useQuery(resultSchemaQuery(order.job_type));
  return (
    <QueryView query={schema}>
      {(found) =>
        found ? (
          <Typed schema={found} onChange={onChange} />
        ) : (
          <Free onChange={onChange} />
        )
      }
    </QueryView>
  );
}

type EntryProps = Pick<ResultEntryProps, "onChange">;

function Typed({ schema, onChange }: EntryProps & { schema: FieldSchema }) {
  const [values, setValues] = useState<Values>({});
  return (
    <SchemaForm
      schema={schema}
      values={values}
      onChange={(next) => {
        setValues(next);
        onChange(isFilled(schema, next) ? cleaned(schema, next) : null);
      }}
    />
  );
}

const EMPTY: ResultRow[] = [{ key: 0, name: "", value: "" }];

function resultOf(rows: ResultRow[]): Values | null {
  const named = rows.flatMap(({ name, value }) =>
    name.trim() ? [[name.trim(), value.trim()] as const] : [],
  );
  return isComplete(rows) ? Object.fromEntries(named) : null;
}

function Free({ onChange }: EntryProps) {
  const [rows, setRows] = useState(EMPTY);
  useEffect(() => {
    onChange(resultOf(rows));
  }, [rows, onChange]);
  return <ResultFields rows={rows} onChange={setRows} />;
}
