import { Button, List } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { Section } from "@/shared/Section";

/** Step by step, how a rule came to its result. */
export function Reasoning({ statements }: { statements: Schema["StatementOut"][] }) {
  const { t } = useTranslation();
  if (statements.length === 0) return null;
  return (
    <Section
      title={t("ai.rule.reasoning")}
      action={
        <Button
          size="xs"
          variant="default"
          className="no-print"
          leftSection={<IconPrinter size={16} aria-hidden />}
          onClick={() => {
            window.print();
          }}
        >
          {t("print.print")}
        </Button>
      }
    >
      <List type="ordered" size="sm">
        {statements.map(({ text, text_ko }) => (
          <List.Item key={text}>{currentLanguage() === "ko" ? text_ko : text}</List.Item>
        ))}
      </List>
    </Section>
  );
}
