import { calendarDate } from "@/shared/when";
import { localInput } from "@/shared/forms/fields";

/** The day of a moment (ms), in the zone of the browser. */
export function dayOf(moment: number): string {
  return calendarDate(localInput(new Date(moment)).slice(0, 10));
}
