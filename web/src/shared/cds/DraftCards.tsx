import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { askCards, type CdsSuggestion } from "./cards";
import { CardList } from "./CardList";

interface DraftCardsProps {
  patient: number;
  /** What is chosen so far. */
  jobType: string;
  onAccept: (suggestion: CdsSuggestion) => void;
}

const TYPED_MS = 400;
const ONCE_MS = 10 * 60_000;

/** What is to be minded about an order while it is chosen. */
export function DraftCards({ patient, jobType, onAccept }: DraftCardsProps) {
  const { id: user } = useUser();
  const [chosen] = useDebouncedValue(jobType, TYPED_MS);
  const cards = useQuery({
    queryKey: keys.cds.draft(patient, chosen),
    queryFn: ({ signal }) => askCards({ hook: "order-select", user, patient, jobTypes: [chosen], signal }),
    enabled: chosen !== "",
    staleTime: ONCE_MS,
    meta: { quiet: true },
  });
  return <CardList cards={cards.data ?? []} hook="order-select" onAccept={onAccept} />;
}
