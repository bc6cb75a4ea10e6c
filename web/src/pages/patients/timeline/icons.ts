import {
  IconAlertTriangle,
  IconBrain,
  IconCalendarCheck,
  IconClipboardList,
  IconFlask,
  IconHeartbeat,
  IconListDetails,
  IconMoodSick,
  IconNotes,
  IconPill,
  IconScan,
  IconStethoscope,
  IconVaccine,
} from "@tabler/icons-react";
import type { Kind } from "./entries";

export const ICONS = {
  encounter: IconStethoscope,
  note: IconNotes,
  problem: IconListDetails,
  allergy: IconAlertTriangle,
  vitals: IconHeartbeat,
  prescription: IconPill,
  order: IconClipboardList,
  result: IconFlask,
  study: IconScan,
  ai: IconBrain,
  treatment: IconVaccine,
  treatment_event: IconVaccine,
  adverse_event: IconMoodSick,
  visit: IconCalendarCheck,
} as const satisfies Record<Kind, unknown>;
