import { useTranslation } from "react-i18next";
import { dayOf } from "@/shared/days";
import { axisOver } from "@/shared/plots/scale";
import { calendarDate } from "@/shared/when";
import type { Plan } from "./data";

const WIDTH = 640;
const ROW = 22;
const COLORS = { surgery: "red", radiotherapy: "orange", chemotherapy: "blue" } as const;

/** Each treatment that was begun, from its first day to its last or to today. */
export function PlanBar({ plans }: { plans: Plan[] }) {
  const { t } = useTranslation();
  const today = dayOf(new Date());
  const begun = plans
    .flatMap((plan) =>
      plan.started_on
        ? [{ plan, from: Date.parse(plan.started_on), until: Date.parse(plan.ended_on ?? today) }]
        : [],
    )
    .sort((a, b) => a.from - b.from);
  if (begun.length === 0) return null;
  const x = axisOver(begun.flatMap(({ from, until }) => [from, until]), 40, WIDTH - 60);
  const height = begun.length * ROW + 20;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      width="100%"
      style={{ maxWidth: 860 }}
      role="img"
      aria-label={t("treatment.plan.bar")}
    >
      {begun.map(({ plan, from, until }, row) => {
        const start = x.at(from);
        const width = Math.max(x.at(until) - start, 4);
        return (
          <g key={plan.id}>
            <rect
              x={start}
              y={row * ROW + 2}
              width={width}
              height={ROW - 6}
              rx={3}
              fill={`var(--mantine-color-${COLORS[plan.kind]}-light)`}
              stroke={`var(--mantine-color-${COLORS[plan.kind]}-6)`}
            />
            <text x={Math.min(start + 6, WIDTH - 200)} y={row * ROW + 14} fontSize="11" fill="currentColor">
              {plan.title}
            </text>
          </g>
        );
      })}
      {x.ticks.map((tick) => (
        <text key={tick} x={x.at(tick)} y={height - 4} fontSize="11" textAnchor="middle" fill="currentColor">
          {calendarDate(new Date(tick).toISOString().slice(0, 10))}
        </text>
      ))}
    </svg>
  );
}
