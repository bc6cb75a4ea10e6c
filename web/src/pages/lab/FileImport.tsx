import { Button, FileButton, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { sendFile, sendFileForText, type Schema } from "@/api/client";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { Section } from "@/shared/Section";
import { useRefresh } from "./data";
import { answersOf, isHl7, type Answer } from "./acks";

type Outcome =
  | { kind: "csv"; file: string; imported: Schema["ImportedOut"] }
  | { kind: "hl7"; file: string; answers: Answer[] };

async function imported(file: File): Promise<Outcome> {
  const beginning = await file.slice(0, 64).text();
  if (isHl7(beginning)) {
    const text = await sendFileForText("/api/lis/import/hl7/", file);
    return { kind: "hl7", file: file.name, answers: answersOf(text) };
  }
  const body = await sendFile<Schema["ImportedOut"]>("/api/lis/import/csv/", file);
  return { kind: "csv", file: file.name, imported: body };
}

/** Drop a CSV or HL7 file; what each line or message became. */
export function FileImport() {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [over, setOver] = useState(false);
  const send = useMutation({ mutationFn: imported, meta: { quiet: true }, onSuccess: refresh });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) send.mutate(file);
  };
  return (
    <Section title={t("lab.import")}>
      <Stack gap="sm">
        <Paper
          p="lg"
          bg={over ? "var(--mantine-primary-color-light)" : undefined}
          style={{ border: "2px dashed var(--mantine-color-dimmed)" }}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => {
            setOver(false);
          }}
          onDrop={drop}
        >
          <Stack align="center" gap="xs">
            <IconFileImport size={32} stroke={1.4} aria-hidden />
            <Text visibleFrom="sm">{t("lab.imports.drop")}</Text>
            <FileButton
              accept=".csv,.hl7,.txt,text/csv"
              onChange={(file) => {
                if (file) send.mutate(file);
              }}
            >
              {(props) => (
                <Button {...props} variant="light" loading={send.isPending}>
                  {t("lab.choose")}
                </Button>
              )}
            </FileButton>
            <Text size="xs" c="dimmed">
              {t("lab.importHint")}
            </Text>
          </Stack>
        </Paper>
        {send.isError && <ErrorNotice error={send.error} />}
        {send.data && <OutcomeView outcome={send.data} />}
      </Stack>
    </Section>
  );
}

function OutcomeView({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  return outcome.kind === "csv" ? (
    <>
      <Text size="sm" role="status">
        {[
          outcome.file,
          t("lab.accepted", { count: outcome.imported.accepted }),
          t("lab.imports.rejectedCount", { count: outcome.imported.rejected.length }),
        ].join(" · ")}
      </Text>
      {outcome.imported.rejected.length > 0 && (
        <Table aria-label={t("lab.rejected")}>
          <Table.Tbody>
            {outcome.imported.rejected.map(({ line, reason }) => (
              <Table.Tr key={line}>
                <Table.Td>{t("lab.line", { line })}</Table.Td>
                <Table.Td>{reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  ) : (
    <>
      <Group gap="sm" role="status">
        <Text size="sm">{outcome.file}</Text>
        <Text size="sm">{t("lab.imports.messages", { count: outcome.answers.length })}</Text>
      </Group>
      <Table aria-label={t("lab.imports.answers")}>
        <Table.Tbody>
          {outcome.answers.map(({ controlId, code, reason }, place) => (
            <Table.Tr key={place}>
              <Table.Td className="mono">{controlId || "–"}</Table.Td>
              <Table.Td>{code}</Table.Td>
              <Table.Td>{reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
