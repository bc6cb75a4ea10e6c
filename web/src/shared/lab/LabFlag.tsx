import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

const COLORS = { L: "blue", H: "red", LL: "red.9", HH: "red.9" } as const;
type Known = keyof typeof COLORS;

/** Low, high, critically low or high, in words; nothing for a value without a flag. */
export function LabFlag({ flag }: { flag: unknown }) {
  const { t } = useTranslation();
  if (typeof flag !== "string" || !(flag in COLORS)) return null;
  const known = flag as Known;
  const words = t(`chart.laboratory.flag.${known}`);
  return (
    <Badge size="sm" color={COLORS[known]} variant={known.length > 1 ? "filled" : "light"} title={words} style={{ flexShrink: 0 }}>
      {words}
    </Badge>
  );
}
