import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { cardText, modelName } from "@/shared/ai/jobs";
import { Facts, Part } from "@/shared/print/Sheet";
import { dateTime } from "@/shared/when";

type Of = { of: Schema["ProvenanceOut"] };
type Step = Schema["ChainStepOut"];

const UNBROKEN = { overflowWrap: "anywhere" } as const;

/** Names and values as lines; null, which is what was not recorded, stays null. */
function lines(values: Record<string, unknown> | null): string | null {
  return values && Object.entries(values).map(([name, value]) => `${name} ${String(value)}`).join(", ");
}

/** The whole chain of one version: images, model, hands, review, stored objects. */
export function Provenance({ of }: Of) {
  return (
    <>
      <About of={of} />
      <Model of={of} />
      <Chain of={of} />
      <Segments of={of} />
      <Outcome of={of} />
    </>
  );
}

function useByAt() {
  const { t } = useTranslation();
  return ({ name, username, at }: Schema["PersonAtOut"]) =>
    t("ai.provenance.byAt", { name, username, at: dateTime(at) });
}

function About({ of }: Of) {
  const { t } = useTranslation();
  const byAt = useByAt();
  const unknown = t("ai.provenance.notRecorded");
  return (
    <Part title={t("ai.provenance.about")}>
      <Facts
        facts={[
          { label: t("ai.provenance.patient"), value: `${of.patient_name} · ${of.patient_id}` },
          { label: t("ai.provenance.requested"), value: byAt(of.requested) },
          { label: t("ai.provenance.study"), value: of.study_instance_uid },
          { label: t("ai.provenance.series"), value: of.series_instance_uid },
          { label: t("ai.provenance.inputSha256"), value: of.input?.sha256 ?? unknown },
          { label: t("ai.provenance.instances"), value: of.input?.instances ?? unknown },
          { label: t("ai.provenance.method"), value: of.input?.method },
        ]}
      />
    </Part>
  );
}

function Model({ of: { model, origin } }: Of) {
  const { t } = useTranslation();
  const unknown = t("ai.provenance.notRecorded");
  const facts = [{ label: t("ai.provenance.origin"), value: t(`ai.provenance.origins.${origin}`) }];
  if (model) {
    facts.push(
      { label: t("ai.provenance.model"), value: `${modelName(model)} (${model.id})` },
      { label: t("ai.provenance.modelVersion"), value: model.version },
      { label: t("ai.provenance.algorithm"), value: model.algorithm_name },
      { label: t("ai.provenance.manufacturer"), value: model.manufacturer },
      { label: t("ai.provenance.parameters"), value: lines(model.parameters) ?? unknown },
      { label: t("ai.provenance.runtime"), value: lines(model.runtime) ?? unknown },
      { label: t("ai.provenance.files"), value: lines(model.files) ?? unknown },
    );
  }
  return (
    <Part title={t("ai.provenance.model")}>
      <Facts facts={facts} />
    </Part>
  );
}

interface TableProps {
  title: string;
  columns: string[];
  rows: ReactNode[][];
}

function Rows({ title, columns, rows }: TableProps) {
  return (
    <Part title={title}>
      <table aria-label={title}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" align="left">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={columns[place]} style={UNBROKEN}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

function useSegmentName(segments: Schema["TrackedSegmentOut"][]) {
  return (number: number) => {
    const found = segments.find((segment) => segment.number === number);
    return found ? String(cardText({ ...found }, "label")) : String(number);
  };
}

function Chain({ of }: Of) {
  const { t } = useTranslation();
  const nameOf = useSegmentName(of.segments);
  const changed = ({ changes }: Step) =>
    changes?.map(({ segment, added, removed, assist }) =>
      [
        t("ai.provenance.change", { label: nameOf(segment), added, removed }),
        ...assist.map(
          ({ name, model, version, prompts, files }) =>
            `${name} (${[`${model} ${version}`, ...prompts, lines(files)].filter(Boolean).join(", ")})`,
        ),
      ].join(" · "),
    );
  return (
    <Rows
      title={t("ai.provenance.chain")}
      columns={[
        t("ai.versions.version"),
        t("ai.provenance.madeBy"),
        t("ai.provenance.at"),
        t("ai.provenance.changes"),
        t("ai.provenance.file"),
      ]}
      rows={of.chain.map((step) => [
        step.version,
        step.author_name ?? (of.model ? modelName(of.model) : t("common.unknown")),
        dateTime(step.created_at),
        changed(step)?.join("; ") ?? t("ai.provenance.notRecorded"),
        step.sha256,
      ])}
    />
  );
}

function Segments({ of }: Of) {
  const { t } = useTranslation();
  const nameOf = useSegmentName(of.segments);
  return (
    <Rows
      title={t("ai.provenance.segments")}
      columns={[
        t("ai.provenance.segments"),
        t("ai.provenance.trackingId"),
        t("ai.provenance.trackingUid"),
      ]}
      rows={of.segments.map(({ number, tracking_id, tracking_uid }) => [
        nameOf(number),
        tracking_id,
        tracking_uid,
      ])}
    />
  );
}

function Outcome({ of: { review, publication } }: Of) {
  const { t } = useTranslation();
  const byAt = useByAt();
  return (
    <>
      {review && (
        <Part title={t("ai.provenance.review")}>
          {`${t(`status.review.${review.decision}`)}: ${byAt(review)}`}
          {review.comment && ` — ${review.comment}`}
        </Part>
      )}
      {publication && (
        <Rows
          title={t("ai.provenance.published")}
          columns={[
            t("ai.provenance.kind"),
            t("ai.provenance.object"),
            t("ai.provenance.storedAt"),
          ]}
          rows={publication.map(({ kind, sop_instance_uid, stored_at }) => [
            t(`ai.provenance.kinds.${kind}`),
            sop_instance_uid,
            stored_at ? dateTime(stored_at) : t("ai.provenance.notRecorded"),
          ])}
        />
      )}
    </>
  );
}
