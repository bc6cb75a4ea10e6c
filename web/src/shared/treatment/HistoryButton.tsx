import { Button, Modal, Text, Timeline } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { changesOf, wordsOf, type Revision } from "./revisions";
import { useTermName } from "./terms";

interface HistoryButtonProps {
  patient: number;
  kind: Schema["RevisionOut"]["kind"];
  row: number;
  /** Whose history, for who does not see the row. */
  what: string;
}

/** Who changed a record, when, what and why. */
export function HistoryButton({ patient, kind, row, what }: HistoryButtonProps) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        aria-label={`${t("treatment.history")}: ${what}`}
        onClick={open}
      >
        {t("treatment.history")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("treatment.history")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Revisions patient={patient} kind={kind} row={row} />
      </Modal>
    </>
  );
}

function Revisions({ patient, kind, row }: Omit<HistoryButtonProps, "what">) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: keys.treatment.history(patient, kind, row),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/treatments/history/", {
          params: { query: { patient, kind, row, page_size: 200 } },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={history}>
      {({ results }) => (
        <Timeline bulletSize={14} lineWidth={2} active={results.length}>
          {results.map((revision, index) => (
            <Timeline.Item key={revision.id} title={t(`treatment.action.${revision.action}`)}>
              <Step revision={revision} before={results[index - 1]} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </QueryView>
  );
}

function Step({ revision, before }: { revision: Revision; before: Revision | undefined }) {
  const { t } = useTranslation();
  const words = wordsOf(t, useTermName());
  const { actor_name, at, reason } = revision;
  return (
    <>
      <Text size="xs" c="dimmed">{`${actor_name || t("treatment.byClock")} · ${dateTime(at)}`}</Text>
      {reason && <Text size="sm">{reason}</Text>}
      {changesOf(before, revision, words).map(({ name, from, to }) => (
        <Text key={name} size="sm" style={{ overflowWrap: "anywhere" }}>
          {`${t(`treatment.fieldNames.${name}`, name)}: ${from || "–"} → ${to || "–"}`}
        </Text>
      ))}
    </>
  );
}
