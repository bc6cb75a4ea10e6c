import { Anchor, Badge, Button, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { langOf } from "@/shared/format";
import { withUnit } from "@/shared/vitals/measures";
import { dateTime } from "@/shared/when";
import { BedDialog } from "./BedDialog";
import type { Bed, Bedside, Board } from "./data";
import { NewsBadge } from "./NewsBadge";

const SHOWN_TASKS = 4;
const MEASURES = [
  "heart_rate",
  "respiratory_rate",
  "temperature_c",
  "spo2_percent",
  "pain",
] as const satisfies Schema["MeasureEnum"][];

/** Every bed of the ward, who lies in it, how they are and what waits. */
export function BoardTable({ board }: { board: Board }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const open = board.beds.find(({ bed, state }) => bed === chosen && state !== "hidden");
  const headers = ["bed", "patient", "news", "vitals", "allergies", "tasks", "action"] as const;
  return (
    <>
      <Paper withBorder>
        <Table.ScrollContainer type="native" minWidth={980} tabIndex={0} role="group" aria-label={t("ward.board")}>
          <Table aria-label={t("ward.board")} verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                {headers.map((name) => (
                  <Table.Th key={name} scope="col">
                    {t(`ward.column.${name}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {board.beds.map((bed) => (
                <Line
                  key={bed.bed}
                  bed={bed}
                  onChoose={() => {
                    setChosen(bed.bed);
                  }}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      {open && (
        <BedDialog
          bed={open}
          board={board}
          onClose={() => {
            setChosen(null);
          }}
        />
      )}
    </>
  );
}

function Line({ bed: { bed, state, bedside }, onChoose }: { bed: Bed; onChoose: () => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const name = (
    <Table.Th scope="row" className="mono" style={{ whiteSpace: "nowrap" }}>
      {bed}
    </Table.Th>
  );
  const offer = t(bedside ? "ward.change" : "ward.place");
  const action = can("place_patient") && state !== "hidden" && (
    <Button size="compact-xs" variant="default" onClick={onChoose} aria-label={`${offer} ${bed}`}>
      {offer}
    </Button>
  );
  if (!bedside) {
    return (
      <Table.Tr>
        {name}
        <Table.Td colSpan={5}>
          <Text size="sm" c="dimmed">
            {t(state === "hidden" ? "ward.hidden" : "ward.free")}
          </Text>
        </Table.Td>
        <Table.Td>{action}</Table.Td>
      </Table.Tr>
    );
  }
  return (
    <Table.Tr>
      {name}
      <Table.Td miw={150}>
        <Who bedside={bedside} />
      </Table.Td>
      <Table.Td>
        <NewsBadge news={bedside.news} />
      </Table.Td>
      <Table.Td>
        <VitalsCell bedside={bedside} />
      </Table.Td>
      <Table.Td miw={110} maw={200}>
        <Allergies bedside={bedside} />
      </Table.Td>
      <Table.Td miw={190} maw={300}>
        <Tasks tasks={bedside.tasks} />
      </Table.Td>
      <Table.Td>{action}</Table.Td>
    </Table.Tr>
  );
}

function Who({ bedside: { patient, age } }: { bedside: Bedside }) {
  const { t } = useTranslation();
  const sex = t(`common.gender.${patient.gender}`);
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm" fw={600}>
          {patient.full_name}
        </Anchor>
        {patient.restricted && (
          <Badge size="xs" color="orange">
            {t("patients.restricted")}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        <span className="mono">{patient.patient_id}</span>
        {` · ${age === null ? sex : `${t("common.age", { age })}/${sex}`}`}
      </Text>
    </Stack>
  );
}

function VitalsCell({ bedside: { latest, consciousness, supplemental_oxygen } }: { bedside: Bedside }) {
  const { t } = useTranslation();
  const values = new Map(latest.map((each) => [each.measure, each]));
  const [above, below] = [values.get("systolic_mmhg"), values.get("diastolic_mmhg")];
  const newest = latest.map(({ at }) => at).sort().at(-1);
  if (!newest) {
    return (
      <Text size="sm" c="dimmed">
        {t("ward.noVitals")}
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      <Group gap={8}>
        {(above ?? below) && (
          <Value
            name={t("ward.measure.pressure")}
            text={withUnit(`${above?.value ?? "–"}/${below?.value ?? "–"}`, "systolic_mmhg")}
            flag={above?.flag ?? below?.flag ?? null}
          />
        )}
        {MEASURES.map((measure) => {
          const found = values.get(measure);
          return (
            found && (
              <Value key={measure} name={t(`ward.measure.${measure}`)} text={withUnit(found.value, measure)} flag={found.flag} />
            )
          );
        })}
        {consciousness !== "" && (
          <Value
            name={t("ward.measure.consciousness")}
            text={t(`ward.level.${consciousness}`)}
            flag={consciousness === "alert" ? null : "low"}
          />
        )}
        {supplemental_oxygen === true && (
          <Badge size="xs" color="blue">
            {t("ward.onOxygen")}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {dateTime(newest)}
      </Text>
    </Stack>
  );
}

function Value({ name, text, flag }: { name: string; text: string; flag: Schema["VitalFlag"] | null }) {
  const { t } = useTranslation();
  const mark = flag === "high" ? "▲" : "▼";
  return (
    <Text span size="sm" c={flag ? "var(--mantine-color-error)" : undefined} fw={flag ? 600 : undefined}>
      <Text span size="xs" c="dimmed">
        {`${name} `}
      </Text>
      {text}
      {flag && (
        <span role="img" aria-label={t(`ward.flag.${flag}`)}>
          {mark}
        </span>
      )}
    </Text>
  );
}

/** Known allergies stand out; that there are none, and that nobody asked, are two things. */
function Allergies({ bedside: { allergies, allergy_state } }: { bedside: Bedside }) {
  const { t } = useTranslation();
  if (allergy_state && allergy_state !== "recorded") {
    const unknown = allergy_state === "not_recorded";
    return (
      <Text size="xs" c={unknown ? "var(--mantine-color-error)" : "dimmed"}>
        {t(`chart.overview.allergies.${allergy_state}`)}
      </Text>
    );
  }
  return (
    <Group gap={4}>
      {allergies.map(({ id, substance, severity }) => (
        <Badge
          key={id}
          lang={langOf(substance)}
          color={severity === "severe" ? "red" : "orange"}
          h="auto"
          styles={{ label: { whiteSpace: "normal" } }}
        >
          {substance}
        </Badge>
      ))}
    </Group>
  );
}

function Tasks({ tasks }: { tasks: Bedside["tasks"] }) {
  const { t } = useTranslation();
  const urgentFirst = [...tasks].sort((a, b) => rank(a) - rank(b));
  return (
    <Stack gap={2}>
      {urgentFirst.slice(0, SHOWN_TASKS).map((task) => (
        <Task key={`${task.kind} ${task.id}`} task={task} />
      ))}
      {tasks.length > SHOWN_TASKS && (
        <Text size="xs" c="dimmed">
          {t("dashboard.more", { count: tasks.length - SHOWN_TASKS })}
        </Text>
      )}
    </Stack>
  );
}

function rank({ kind, overdue, urgent }: Schema["WardTaskOut"]): number {
  if (kind === "critical") return 0;
  if (overdue) return 1;
  return urgent ? 2 : 3;
}

function Task({ task }: { task: Schema["WardTaskOut"] }) {
  const { t } = useTranslation();
  const label = task.label[currentLanguage()];
  if (task.kind === "critical") {
    return (
      <Text size="sm" fw={700} c="var(--mantine-color-error)">
        {t("ward.critical", { label })}
        <Text span size="xs" c="dimmed" fw={400}>
          {` ${dateTime(task.at)}`}
        </Text>
      </Text>
    );
  }
  const due = task.due_at && t("ward.due", { at: dateTime(task.due_at) });
  return (
    <Anchor component={Link} to={`/orders?order=${task.id}`} size="xs" c={task.overdue ? "var(--mantine-color-error)" : undefined}>
      {[
        label,
        t(`status.order.${task.state}` as "status.order.ORDERED"),
        task.overdue ? t("ward.overdue") : due,
      ]
        .filter(Boolean)
        .join(" · ")}
    </Anchor>
  );
}
