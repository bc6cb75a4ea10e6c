import { AccessList } from "@/shared/shares/AccessList";
import type { PanelProps } from "@/shared/chart/panel";

export default function AccessTab({ patient }: PanelProps) {
  return <AccessList patient={patient.id} />;
}
