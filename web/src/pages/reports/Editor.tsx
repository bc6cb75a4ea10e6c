import { Accordion, Alert, Grid, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { focusBeginning } from "@/shared/reading/useReadingKeys";
import { SchemaForm } from "@/shared/schemaForm/SchemaForm";
import type { FieldSchema } from "@/shared/schemaForm/values";
import { Section } from "@/shared/Section";
import type { Draft } from "./autosave";
import { Conflict } from "./Conflict";
import type { Report, Template } from "./data";
import { FormerParts } from "./FormerParts";
import { inserted } from "./insertion";
import { KeyImages } from "./KeyImages";
import { MovedNotice } from "./MovedNotice";
import { PriorDiff } from "./PriorDiff";
import { SaveLine } from "./SaveLine";
import { Legend, SectionText } from "./SectionText";
import { Steps } from "./Steps";
import classes from "./Reports.module.css";
import { schemaOf, strayFields } from "./templateSchema";
import { useAutosave } from "./useAutosave";
import { Values } from "./Values";
import { WIDTHS } from "./widths";
import { VersionList } from "./VersionList";

type Offer = Schema["ValueOfferOut"];

interface EditorProps {
  report: Report;
  /** It was begun here just now: its first field has the focus. */
  begun: boolean;
}

/** A report that is open: its fields and texts, saved as they are typed, and what helps to write it. */
export function Editor({ report, begun }: EditorProps) {
  const { t } = useTranslation();
  const template = report.form;
  const [autosave, state] = useAutosave(report);
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const areas = useRef(new Map<string, HTMLTextAreaElement>());
  const first = firstToWrite(template);
  const focused = useRef(first);
  const form = useRef<HTMLDivElement>(null);
  const client = useQueryClient();
  const { draft, version } = state;

  useEffect(() => {
    if (version === report.version) return;
    void client.invalidateQueries({ queryKey: keys.reports.versions(report.id) });
    void client.invalidateQueries({ queryKey: keys.reports.comparison(report.id) });
  }, [client, report.id, report.version, version]);

  useEffect(() => {
    if (begun) focusBeginning(form.current);
  }, [begun]);

  const write = (section: string, text: string) => {
    autosave.change({ ...draft, sections: { ...draft.sections, [section]: text } });
  };
  const take = ({ key, text }: Offer) => {
    const section = focused.current;
    const before = draft.sections[section] ?? "";
    const area = areas.current.get(section);
    const put = inserted(before, area?.selectionStart ?? before.length, text);
    const sections = { ...draft.sections, [section]: put.text };
    flushSync(() => {
      autosave.change({ ...draft, sections }, { key, section, text });
    });
    area?.focus();
    area?.setSelectionRange(put.end, put.end);
    setTaken(new Set([...taken, key]));
  };

  return (
    <Grid type="container" breakpoints={WIDTHS}>
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <Section
          title={template.name[currentLanguage()]}
          action={<Steps report={report} autosave={autosave} />}
        >
          <Stack ref={form}>
            <MovedNotice report={report} autosave={autosave} />
            <SaveLine autosave={autosave} state={state} />
            {report.reason && (
              <Alert>{t("reports.amend.because", { reason: report.reason })}</Alert>
            )}
            <FieldsOf
              schema={strayFields(template)}
              draft={draft}
              onChange={(next) => {
                autosave.change(next);
              }}
            />
            {template.sections.map(({ key, label, required }) => (
              <Stack key={key} gap="xs" data-begin={key === first || undefined}>
                <FieldsOf
                  schema={schemaOf(template, key)}
                  draft={draft}
                  onChange={(next) => {
                    autosave.change(next);
                  }}
                />
                <SectionText
                  label={label[currentLanguage()]}
                  required={required}
                  shortcut={SHORTCUTS[key]}
                  value={draft.sections[key] ?? ""}
                  onChange={(text) => {
                    write(key, text);
                  }}
                  onFocus={() => {
                    focused.current = key;
                  }}
                  ref={(area) => {
                    if (area) areas.current.set(key, area);
                  }}
                />
              </Stack>
            ))}
            <FormerParts
              report={report}
              draft={draft}
              onChange={(next) => {
                autosave.change(next);
              }}
            />
            <Legend />
          </Stack>
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Stack>
          <Values report={report} taken={taken} onTake={take} />
          <KeyImages
            study={report.study_instance_uid}
            chosen={draft.key_images}
            onChange={(key_images) => {
              autosave.change({ ...draft, key_images });
            }}
          />
          <PriorDiff report={report} />
          <Versions report={report} />
        </Stack>
      </Grid.Col>
      {state.phase === "conflict" && (
        <Conflict report={report} template={template} autosave={autosave} draft={draft} />
      )}
    </Grid>
  );
}

/** By the key of a section. */
const SHORTCUTS: Partial<Record<string, string>> = { findings: "Alt+F", impression: "Alt+I" };

/** Where an inserted value goes before the person has chosen a place. */
function firstToWrite({ sections }: Template): string {
  const wanted = sections.find(({ key }) => key === "findings") ?? sections[0];
  return wanted?.key ?? "findings";
}

interface FieldsOfProps {
  schema: FieldSchema;
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function FieldsOf({ schema, draft, onChange }: FieldsOfProps) {
  if (Object.keys(schema.properties ?? {}).length === 0) return null;
  return (
    <div className={classes.fields}>
      <SchemaForm
        schema={schema}
        values={draft.fields}
        onChange={(fields) => {
          const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
          onChange({ ...draft, fields: Object.fromEntries(filled) });
        }}
      />
    </div>
  );
}

/** The stored versions, read when they are asked for. */
export function Versions({ report }: { report: Report }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Accordion variant="contained" order={2} value={shown} onChange={setShown}>
      <Accordion.Item value="versions">
        <Accordion.Control>
          <Text size="sm" fw={600}>
            {t("reports.versions")}
          </Text>
        </Accordion.Control>
        <Accordion.Panel>{shown && <VersionList report={report} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
