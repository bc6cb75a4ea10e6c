import { Badge, Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useId, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { keyFindingsQuery } from "./data";
import { bearingOf, piecesOf, type KeyFinding } from "./highlights";
import classes from "./Reports.module.css";

const PAUSE_MS = 500;
const MAX_LENGTH = 20_000;

interface SectionTextProps {
  label: string;
  required: boolean;
  value: string;
  /** The key that goes there. */
  shortcut?: string | undefined;
  onChange: (value: string) => void;
  /** Where the person writes, for what is inserted. */
  onFocus?: () => void;
  ref?: Ref<HTMLTextAreaElement>;
}

/** Free text of a section, with its key findings marked as it is typed and named below it. */
export function SectionText({ label, required, value, shortcut, onChange, onFocus, ref }: SectionTextProps) {
  const { t } = useTranslation();
  const id = useId();
  const findings = useKeyFindings(value);
  return (
    <div>
      <Text component="label" htmlFor={id} size="sm" fw={500}>
        {label}
        {required && (
          <Text span c="red" aria-hidden>
            {" *"}
          </Text>
        )}
      </Text>
      <div className={classes.field}>
        <div className={classes.under} aria-hidden>
          {piecesOf(value, findings).map(({ text, finding }, index) =>
            finding ? (
              <mark key={index} className={classes[bearingOf(finding)]}>
                {text}
              </mark>
            ) : (
              text
            ),
          )}
          {"\n"}
        </div>
        <textarea
          ref={ref}
          id={id}
          className={classes.text}
          value={value}
          required={required}
          aria-keyshortcuts={shortcut}
          maxLength={MAX_LENGTH}
          spellCheck={false}
          onFocus={onFocus}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      </div>
      {findings.length > 0 && (
        <Group gap={4} mt={4} role="list" aria-label={t("reports.findings.of", { section: label })}>
          {findings.map((finding) => (
            <FindingBadge key={finding.start} finding={finding} />
          ))}
        </Group>
      )}
    </div>
  );
}

/** Of the text as it stood at the last pause, while it still stands so. */
function useKeyFindings(value: string): KeyFinding[] {
  const [paused] = useDebouncedValue(value, PAUSE_MS);
  const found = useQuery({ ...keyFindingsQuery(paused), enabled: paused.trim() !== "" });
  return paused === value ? (found.data?.findings ?? []) : [];
}

const COLORS = { present: "orange", negated: "gray", uncertain: "blue" } as const;

function FindingBadge({ finding }: { finding: KeyFinding }) {
  const { t } = useTranslation();
  const bearing = bearingOf(finding);
  const said = bearing === "present" ? "" : ` · ${t(`reports.findings.${bearing}`)}`;
  const past = finding.historical ? ` · ${t("reports.findings.historical")}` : "";
  return (
    <Badge role="listitem" size="sm" tt="none" variant="light" color={COLORS[bearing]}>
      {`${t(`reports.concept.${finding.concept}`)}${said}${past}`}
    </Badge>
  );
}

/** How the marks in the text are to be read. */
export function Legend() {
  const { t } = useTranslation();
  return (
    <Group gap="md">
      <Text size="xs" c="dimmed">
        {t("reports.findings.legend")}
      </Text>
      {(["present", "negated", "uncertain"] as const).map((bearing) => (
        <Text key={bearing} size="xs">
          <mark className={classes[bearing]}>{t(`reports.findings.${bearing}`)}</mark>
        </Text>
      ))}
    </Group>
  );
}
