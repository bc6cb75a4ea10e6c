import { Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { ChoosePair } from "./ChoosePair";
import { MergeDrawer, type Pair } from "./MergeDrawer";
import { MergeList } from "./MergeList";
import { PairList } from "./PairList";

/** Records that look like one person's, proposals that wait for a second person, and undoing. */
export default function DuplicatesPage() {
  const { t } = useTranslation();
  const [pair, setPair] = useState<Pair | null>(null);
  return (
    <>
      <PageHeader title={t("merging.title")} subtitle={t("merging.subtitle")} />
      <Stack>
        <MergeList />
        <PairList onCompare={setPair} />
        <ChoosePair onCompare={setPair} />
      </Stack>
      <MergeDrawer
        pair={pair}
        onSwap={() => {
          if (pair) setPair({ survivor: pair.duplicate, duplicate: pair.survivor });
        }}
        onClose={() => {
          setPair(null);
        }}
      />
    </>
  );
}
