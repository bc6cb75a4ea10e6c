import { currentLanguage } from "@/i18n";
import type { FileState } from "./queue";

export const COLORS: Record<FileState, string> = {
  waiting: "gray",
  sending: "nova",
  stored: "teal",
  duplicate: "blue",
  skipped: "gray",
  rejected: "orange",
  failed: "red",
};

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function bytesText(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(currentLanguage(), {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}
