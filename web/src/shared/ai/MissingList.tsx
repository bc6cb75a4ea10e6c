import { Anchor, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { modelsQuery } from "@/api/queries";
import { asksForModel, factLabel, offerLink, type Missing } from "./facts";
import { modelName } from "./jobs";

interface MissingListProps {
  title: string;
  missing: Missing[];
  patient: number;
}

/** What a model lacks, why, and the way to it. */
export function MissingList({ title, missing, patient }: MissingListProps) {
  const { t } = useTranslation();
  const models = useQuery(modelsQuery);
  if (missing.length === 0) return null;
  const wayOf = ({ offer }: Missing) => {
    if (!asksForModel(offer)) return t(`ai.rule.offers.${offer.kind}`);
    const found = models.data?.find(({ id }) => id === offer.model);
    return t("ai.rule.offers.model", { model: found ? modelName(found) : offer.model });
  };
  return (
    <div>
      <Text size="sm" fw={500}>
        {title}
      </Text>
      <List size="sm">
        {missing.map((one) => {
          const link = offerLink(one, patient);
          return (
            <List.Item key={one.what}>
              {`${factLabel(one)} (${t(`ai.rule.reasons.${one.reason}`)}) `}
              {link && (
                <Anchor component={Link} to={link} size="sm">
                  {wayOf(one)}
                </Anchor>
              )}
            </List.Item>
          );
        })}
      </List>
    </div>
  );
}
