import {
  IconActivityHeartbeat,
  IconAlertTriangle,
  IconClipboardList,
  IconFlask,
  IconLayoutDashboard,
  IconLockAccess,
  IconNotes,
  IconPill,
  IconScan,
  IconStethoscope,
  IconTimeline,
  IconVaccine,
} from "@tabler/icons-react";
import { lazy, type ComponentType } from "react";
import type { Permission } from "@/session";
import type { PanelKey, PanelProps } from "@/shared/chart/panel";

const panel = (load: () => Promise<{ default: ComponentType<PanelProps> }>) => lazy(load);

/** The parts of a patient's page; each is loaded when it is opened. */
export const TABS = [
  {
    key: "overview",
    needs: "view_patient",
    icon: IconLayoutDashboard,
    Panel: panel(() => import("./overview/OverviewTab")),
  },
  {
    key: "problems",
    needs: "view_encounter",
    icon: IconAlertTriangle,
    Panel: panel(() => import("./problems/ProblemsTab")),
  },
  {
    key: "encounters",
    needs: "view_encounter",
    icon: IconStethoscope,
    Panel: panel(() => import("./encounters/EncountersTab")),
  },
  {
    key: "vitals",
    needs: "view_encounter",
    icon: IconActivityHeartbeat,
    Panel: panel(() => import("./vitals/VitalsTab")),
  },
  {
    key: "medication",
    needs: "view_prescription",
    icon: IconPill,
    Panel: panel(() => import("./medication/MedicationTab")),
  },
  {
    key: "laboratory",
    needs: "view_order",
    icon: IconFlask,
    Panel: panel(() => import("./laboratory/LaboratoryTab")),
  },
  { key: "imaging", needs: "view_study", icon: IconScan, Panel: panel(() => import("./imaging/ImagingTab")) },
  {
    key: "treatment",
    needs: "view_encounter",
    icon: IconVaccine,
    Panel: panel(() => import("./treatment/TreatmentTab")),
  },
  {
    key: "orders",
    needs: "view_order",
    icon: IconClipboardList,
    Panel: panel(() => import("./orders/OrdersTab")),
  },
  {
    key: "documents",
    needs: "view_encounter",
    icon: IconNotes,
    Panel: panel(() => import("./documents/DocumentsTab")),
  },
  {
    key: "timeline",
    needs: "view_encounter",
    icon: IconTimeline,
    Panel: panel(() => import("./timeline/TimelineTab")),
  },
  {
    key: "access",
    needs: "view_access",
    icon: IconLockAccess,
    Panel: panel(() => import("./access/AccessTab")),
  },
] as const satisfies { key: PanelKey; needs: Permission; icon: unknown; Panel: unknown }[];

/** What the address names, if the person has that tab; else the first. */
export function chosenTab(asked: string | null, offered: readonly { key: PanelKey }[]): PanelKey | null {
  return (offered.find(({ key }) => key === asked) ?? offered[0])?.key ?? null;
}
