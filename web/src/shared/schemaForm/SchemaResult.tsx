import { Stack, Table, Text } from "@mantine/core";
import { calendarDate } from "@/shared/when";
import { choiceName, labelOf, type FieldSchema, type Values } from "./values";

interface SchemaResultProps {
  /** By which the result was checked; null where its type has none. */
  schema: FieldSchema | null;
  result: Values;
}

/** A result as its schema names it; what the schema does not name is shown as it stands. */
export function SchemaResult({ schema, result }: SchemaResultProps) {
  return (
    <Stack gap="sm">
      {namesIn(schema, [result]).map((name) => {
        const field = schema?.properties?.[name] ?? {};
        const value = result[name];
        return (
          <div key={name}>
            <Text size="sm" c="dimmed">
              {labelOf(field) || name}
            </Text>
            {isRows(value) ? (
              <Rows label={labelOf(field) || name} schema={field.items ?? null} rows={value} />
            ) : (
              <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {shown(field, value)}
              </Text>
            )}
          </div>
        );
      })}
    </Stack>
  );
}

function Rows({ label, schema, rows }: { label: string; schema: FieldSchema | null; rows: Values[] }) {
  const names = namesIn(schema, rows);
  return (
    <Table.ScrollContainer type="native" minWidth={320} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {names.map((name) => (
              <Table.Th key={name} scope="col">
                {labelOf(schema?.properties?.[name] ?? {}) || name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={index} fw={row.flag ? 700 : undefined}>
              {names.map((name) => (
                <Table.Td key={name}>{shown(schema?.properties?.[name] ?? {}, row[name])}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function isRows(value: unknown): value is Values[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === "object");
}

/** The names that the rows use: those of the schema in its order, then the others. */
export function namesIn(schema: FieldSchema | null, rows: Values[]): string[] {
  const used = new Set(rows.flatMap((row) => Object.keys(row).filter((name) => row[name] != null)));
  const known = Object.keys(schema?.properties ?? {}).filter((name) => used.has(name));
  return [...known, ...[...used].filter((name) => !known.includes(name))];
}

export function shown(field: FieldSchema, value: unknown): string {
  if (value == null) return "";
  if (typeof value === "string") {
    const isDay = field.format === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value);
    return isDay ? calendarDate(value) : choiceName(field, value);
  }
  return JSON.stringify(value);
}
