import { Treatment } from "@/shared/treatment/Treatment";
import type { PanelProps } from "@/shared/chart/panel";

export default function TreatmentTab({ patient }: PanelProps) {
  return <Treatment patient={patient.id} />;
}
