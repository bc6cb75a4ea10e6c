import { Table, Text } from "@mantine/core";

interface ComparisonProps {
  label: string;
  arrived: string;
  recorded: string;
  /** Name, what the files say, what is on record; null without one to compare with. */
  rows: (readonly [name: string, arrived: string, recorded: string | null | undefined])[];
}

/** What the files say beside what is on record; what differs is bold. */
export function Comparison({ label, arrived, recorded, rows }: ComparisonProps) {
  return (
    <Table aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          <Table.Th scope="col">{arrived}</Table.Th>
          <Table.Th scope="col">{recorded}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, files, record]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{files || "–"}</Table.Td>
            <Table.Td>
              <Text size="sm" fw={record && record !== files ? 700 : 400}>
                {record ?? "–"}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
