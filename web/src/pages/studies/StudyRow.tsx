import type { TFunction } from "i18next";
import { memo, type CSSProperties, type MouseEvent } from "react";
import type { Schema } from "@/api/client";
import { ageSex, dicomTime } from "@/shared/format";
import { calendarDate } from "@/shared/when";
import classes from "./StudiesPage.module.css";

interface StudyRowProps {
  index: number;
  top: number;
  height: number;
  /** Undefined while its page is on the way. */
  study: Schema["StudyOut"] | undefined;
  /** Others see no reading status. */
  staff: boolean;
  /** Handed down, as a hook per row would cost more than the row. */
  t: TFunction;
  onOpen: (event: MouseEvent<HTMLAnchorElement>) => void;
  /** An arrow key asks for the row above or below. */
  onStep: (index: number) => void;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** One line of the worklist, of plain elements: several are made in each frame while scrolling. */
export const StudyRow = memo(function StudyRow(props: StudyRowProps) {
  const { index, top, height, study, staff, t, onOpen, onStep } = props;
  const place = { "--row": `${height}px`, transform: `translateY(${top}px)` } as CSSProperties;
  if (!study) {
    return (
      <div role="row" aria-rowindex={index + 2} className={classes.row} style={place}>
        <span role="cell" className={classes.waiting} aria-label={t("common.loading")} />
      </div>
    );
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className={classes.row}
      style={place}
    >
      {staff && (
        <span role="cell" className={classes.cell} data-area="priority" data-priority={study.priority}>
          {study.priority && (
            <>
              <span className={classes.dot} data-priority={study.priority} />
              {t(`status.priority.${study.priority}`)}
            </>
          )}
        </span>
      )}
      {staff && (
        <span role="cell" className={classes.cell} data-area="state">
          <span className={classes.dot} data-state={study.reading_status} />
          {t(`status.reading.${study.reading_status}`)}
        </span>
      )}
      <span role="cell" className={classes.cell} data-area="patient">
        {study.patient.full_name}
        <span className={classes.second}>{study.patient.patient_id}</span>
      </span>
      <span role="cell" className={classes.cell} data-area="age">
        {ageSex(study, t)}
      </span>
      <span role="cell" className={classes.cell} data-area="study">
        <a
          href={`/studies/${study.study_instance_uid}`}
          className={classes.link}
          onClick={onOpen}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            if (!step) return;
            event.preventDefault();
            onStep(index + step);
          }}
        >
          {study.description || t("studies.noDescription")}
        </a>
        <span className={classes.second}>{study.accession_number}</span>
      </span>
      <span role="cell" className={classes.cell} data-area="modality">
        {study.modalities.join(", ")}
      </span>
      <span role="cell" className={classes.cell} data-area="date">
        {study.study_date ? calendarDate(study.study_date) : t("studies.noDate")}
        <span className={classes.second}>{dicomTime(study.study_time)}</span>
      </span>
      <span role="cell" className={classes.cell} data-area="images">
        {study.image_count}
      </span>
      {staff && (
        <span role="cell" className={classes.cell} data-area="reader">
          {study.reader?.full_name ?? ""}
        </span>
      )}
    </div>
  );
});
