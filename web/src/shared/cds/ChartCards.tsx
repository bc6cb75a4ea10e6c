import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { askCards } from "./cards";
import { CardList } from "./CardList";

const ONCE_MS = 10 * 60_000;

/** What is to be minded about a patient whose record is opened; nothing while it is not known. */
export function ChartCards({ patient }: { patient: number }) {
  const { id: user } = useUser();
  const cards = useQuery({
    queryKey: keys.cds.chart(patient),
    queryFn: ({ signal }) => askCards({ hook: "patient-view", user, patient, signal }),
    staleTime: ONCE_MS,
    meta: { quiet: true },
  });
  return <CardList cards={cards.data ?? []} hook="patient-view" />;
}
