import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

const COLORS = { L: "blue", H: "red", LL: "red.9", HH: "red.9" } as const;
type Known = keyof typeof COLORS;

/** Low, high, critical: a letter as on a laboratory report, in words for who does not see it. */
export function LabFlag({ flag }: { flag: string | null | undefined }) {
  const { t } = useTranslation();
  if (!flag || !(flag in COLORS)) return null;
  const known = flag as Known;
  const words = t(`chart.laboratory.flag.${known}`);
  return (
    <Badge size="sm" color={COLORS[known]} variant={known.length > 1 ? "filled" : "light"} title={words} style={{ flexShrink: 0 }}>
      {words}
    </Badge>
  );
}
