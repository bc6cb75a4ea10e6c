import { Anchor, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { factLabel, offerLink, type Missing } from "./facts";

interface MissingListProps {
  title: string;
  missing: Missing[];
  patient: number;
}

/** What a model lacks, why, and the way to it. */
export function MissingList({ title, missing, patient }: MissingListProps) {
  const { t } = useTranslation();
  if (missing.length === 0) return null;
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
                  {t(`ai.rule.offers.${one.offer.kind}`)}
                </Anchor>
              )}
            </List.Item>
          );
        })}
      </List>
    </div>
  );
}
