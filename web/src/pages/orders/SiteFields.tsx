import { Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { BODY_PARTS, hasSides, partOf, SIDES, type BodyPart, type Laterality } from "@/shared/orderSites";

interface SiteFieldsProps {
  jobType: string;
  part: BodyPart | null;
  side: Laterality | null;
  onChange: (changes: { part?: BodyPart | null; side?: Laterality | null }) => void;
}

/** Part of the body, and its side where it has sides. */
export function SiteFields({ jobType, part, side, onChange }: SiteFieldsProps) {
  const { t } = useTranslation();
  const named = partOf(jobType);
  const clear = { clearable: true, clearButtonProps: { "aria-label": t("common.clear") } };
  return (
    <Group grow align="flex-start">
      <Select
        {...clear}
        searchable
        label={t("orders.bodyPart")}
        {...(named && {
          placeholder: t("orders.namedPart", { part: t(`orders.bodyParts.${named}`) }),
        })}
        data={BODY_PARTS.map((value) => ({ value, label: t(`orders.bodyParts.${value}`) }))}
        value={part}
        onChange={(value) => {
          onChange({ part: value, side: null });
        }}
      />
      {hasSides(part ?? named) && (
        <Select
          {...clear}
          label={t("orders.laterality")}
          data={SIDES.map((value) => ({ value, label: t(`orders.sides.${value}`) }))}
          value={side}
          onChange={(value) => {
            onChange({ side: value });
          }}
        />
      )}
    </Group>
  );
}
