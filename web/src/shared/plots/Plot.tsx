import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { axisAround, axisFromZero, axisOver, type Axis } from "./scale";

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 56;
const BOTTOM = 212;
const TOP = 12;
const COLORS = ["blue", "orange", "teal", "grape", "red", "cyan"];

interface Point {
  x: number;
  y: number;
  /** Of a confidence interval. */
  low?: number | null;
  high?: number | null;
}

interface PlotProps {
  label: string;
  series: { name: string; points: Point[] }[];
  xText: (value: number) => string;
  /** The value stays until the next point, as that of a survival curve does. */
  steps?: boolean;
  xFromZero?: boolean;
  highest?: number;
  /** Off for what never comes near 0, such as a temperature. */
  yFromZero?: boolean;
  /** The reference range, drawn as a band; either limit may be missing. */
  range?: { low?: number | null; high?: number | null };
}

function colorOf(index: number): string {
  return `var(--mantine-color-${COLORS[index % COLORS.length] ?? "blue"}-6)`;
}

function lineOf(points: Point[], x: Axis, y: Axis, steps: boolean): string {
  return points
    .map((point, index) => {
      const [px, py] = [x.at(point.x), y.at(point.y)];
      if (index === 0) return `M${px},${py}`;
      return steps ? `H${px}V${py}` : `L${px},${py}`;
    })
    .join("");
}

/** The area between the limits, in steps. */
function bandOf(points: Point[], x: Axis, y: Axis): string {
  const edge = (limit: (point: Point) => number, along: Point[]) =>
    along.map((point, index) => {
      const next = along[index + 1] ?? point;
      return `L${x.at(point.x)},${y.at(limit(point))}L${x.at(next.x)},${y.at(limit(point))}`;
    });
  const upper = edge(({ high, y: value }) => high ?? value, points).join("");
  const lower = points
    .flatMap((point, index) => {
      const next = points[index + 1] ?? point;
      const low = y.at(point.low ?? point.y);
      return [`L${x.at(point.x)},${low}`, `L${x.at(next.x)},${low}`];
    })
    .reverse()
    .join("");
  return `M${(upper + lower).slice(1)}Z`;
}

/** The band of the reference range, to the plot's edge where a limit is missing. */
function rangeOf({ low, high }: { low?: number | null; high?: number | null }, y: Axis) {
  const top = high == null ? TOP : Math.max(TOP, y.at(high));
  const bottom = low == null ? BOTTOM : Math.min(BOTTOM, y.at(low));
  return { y: top, height: Math.max(0, bottom - top) };
}

/** Lines over time or days, as SVG; the values stand in a table beside it. */
export function Plot(props: PlotProps) {
  const { label, series, xText, steps = false, xFromZero = false, highest, yFromZero = true, range } = props;
  const { i18n } = useTranslation();
  const points = series.flatMap((each) => each.points);
  const xs = points.map((point) => point.x);
  const x = xFromZero ? axisFromZero(Math.max(...xs), LEFT, WIDTH - 12) : axisOver(xs, LEFT + 12, WIDTH - 40);
  const ys = [...points.map((point) => point.y), ...[range?.low, range?.high].filter((limit) => limit != null)];
  const top = highest ?? Math.max(...ys);
  const y = yFromZero ? axisFromZero(top, BOTTOM, TOP) : axisAround(Math.min(...ys), top, BOTTOM, TOP);
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} width="100%" style={{ maxWidth: 860 }}>
        {range && (range.low != null || range.high != null) && (
          <rect
            x={LEFT}
            width={WIDTH - 12 - LEFT}
            {...rangeOf(range, y)}
            fill="var(--mantine-color-teal-light)"
          />
        )}
        <g stroke="var(--mantine-color-default-border)" fill="currentColor" fontSize="11">
          {y.ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={WIDTH - 12} y1={y.at(tick)} y2={y.at(tick)} />
              <text stroke="none" x={LEFT - 6} y={y.at(tick) + 4} textAnchor="end">
                {number.format(tick)}
              </text>
            </g>
          ))}
          {x.ticks.map((tick) => (
            <text key={tick} stroke="none" x={x.at(tick)} y={BOTTOM + 18} textAnchor="middle">
              {xText(tick)}
            </text>
          ))}
        </g>
        {series.map(({ name, points: own }, index) => (
          <g key={name} stroke={colorOf(index)} fill={colorOf(index)}>
            {steps && own.some(({ low }) => low != null) && (
              <path d={bandOf(own, x, y)} stroke="none" opacity={0.15} />
            )}
            <path d={lineOf(own, x, y, steps)} fill="none" strokeWidth={2} />
            {!steps && own.map((point) => <circle key={point.x} cx={x.at(point.x)} cy={y.at(point.y)} r={3.5} />)}
          </g>
        ))}
      </svg>
      {series.length > 1 && (
        <Group gap="md" component="figcaption">
          {series.map(({ name }, index) => (
            <Group key={name} gap={6}>
              <span aria-hidden style={{ width: 12, height: 12, background: colorOf(index) }} />
              <Text size="xs">{name}</Text>
            </Group>
          ))}
        </Group>
      )}
    </figure>
  );
}
