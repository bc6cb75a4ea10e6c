import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { calendarDate, dateTime } from "@/shared/when";

type Move = Schema["SeriesMoveOut"];

const FAILURES = [
  "same_study",
  "other_patient",
  "under_way",
  "nothing_left",
  "images_gone",
  "report_signed",
  "reports_clash",
  "archive",
] as const;

/** Why series do not go to the other study, and what to do. */
export function MoveRefused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const { detail } = asApiError(error);
  const known = FAILURES.find((failure) => failure === detail);
  return (
    <>
      <ErrorNotice error={error} />
      {known && <Text size="sm">{t(`unmatched.move.failures.${known}`)}</Text>}
    </>
  );
}

/** What was moved out of a study and into it, what is being moved, and what failed. */
export function SeriesMoves({ studyInstanceUid }: { studyInstanceUid: string }) {
  const { t } = useTranslation();
  const moves = useQuery({
    queryKey: keys.studies.moves(studyInstanceUid),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/studies/{study_instance_uid}/series-moves/", {
          params: { path: { study_instance_uid: studyInstanceUid } },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={moves} rows={1}>
      {({ results }) => (
        <Stack gap="xs" role="group" aria-label={t("unmatched.move.history")}>
          {results.map((move) => (
            <OneMove key={move.series_instance_uid + move.decided_at} move={move} />
          ))}
        </Stack>
      )}
    </QueryView>
  );
}

function OneMove({ move }: { move: Move }) {
  const { t } = useTranslation();
  const unnamed = t("studies.noDescription");
  const study = (date: string | null | undefined, description: string | undefined) =>
    [date && calendarDate(date), description || unnamed].filter(Boolean).join(" · ");
  const said = {
    at: dateTime(move.done_at ?? move.decided_at),
    name: move.decided_by,
    series: [move.modality, move.series_number, move.series_description || unnamed]
      .filter(Boolean)
      .join(" · "),
    from: study(move.from_study_date, move.from_description),
    into: study(move.into_study_date, move.into_description),
  };
  const known = FAILURES.find((failure) => failure === move.failure);
  if (move.failure) {
    return (
      <Alert
        color="red"
        icon={<IconAlertTriangle aria-hidden />}
        title={t("unmatched.move.failed", said)}
      >
        {known && t(`unmatched.move.failures.${known}`)}
      </Alert>
    );
  }
  return (
    <div>
      <Text size="sm">{t(move.done_at ? "unmatched.move.moved" : "unmatched.move.moving", said)}</Text>
      <details>
        <Text component="summary" size="xs" c="dimmed">
          {t("unmatched.move.uids")}
        </Text>
        <List size="xs" className="mono" style={{ wordBreak: "break-all" }}>
          <List.Item>{move.series_instance_uid}</List.Item>
          <List.Item>{move.from_study_instance_uid}</List.Item>
          <List.Item>{move.into_study_instance_uid}</List.Item>
        </List>
      </details>
    </div>
  );
}
