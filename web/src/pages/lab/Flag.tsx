import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

const COLORS = { L: "blue", H: "orange", LL: "red", HH: "red" } as const;

/** A flag in its letters and in words; nothing for a value without one. */
export function Flag({ flag }: { flag: unknown }) {
  const { t } = useTranslation();
  if (flag !== "L" && flag !== "H" && flag !== "LL" && flag !== "HH") return null;
  return (
    <Badge color={COLORS[flag]} variant={flag.length === 2 ? "filled" : "light"}>
      {`${flag} ${t(`lab.flag.${flag}`)}`}
    </Badge>
  );
}
