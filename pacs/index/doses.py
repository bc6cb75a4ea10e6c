"""The CT dose of studies, as Radiation Dose SR or, without one, the images say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from pacs.choices import DoseSource
from pacs.dicom.radiation_dose import CtDoseReport, IrradiationEvent
from pacs.models import DerivedObject, Series, Study


@dataclass(frozen=True, slots=True)
class StudyDose:
    """``ctdi_vol``: the highest of its acquisitions or images, mGy. ``dlp``: of the study, mGy.cm.

    Images say no DLP: None.
    """

    source: DoseSource
    ctdi_vol: float | None
    dlp: float | None
    events: tuple[IrradiationEvent, ...]


@dataclass(frozen=True, slots=True)
class DosedStudy:
    """``procedure``: what was ordered, else the Study Description."""

    study_date: date
    modality: str
    procedure: str
    dose: StudyDose


def study_dose(study: Study, series: Iterable[Series]) -> StudyDose | None:
    """None where nothing says it. One query, if the study has an SR."""
    known = list(series)
    by_image = [one.ctdi_vol for one in known if one.ctdi_vol is not None]
    reports = _reports([study.pk]) if any(one.modality == "SR" for one in known) else {}
    return _dose(reports.get(study.pk, []), by_image)


def doses_between(since: date, until: date, modality: str = "") -> list[DosedStudy]:
    """Of the studies of patients with a dose, by Study Date, both days with them. Three queries."""
    rows = Study.objects.filter(study_date__range=(since, until), patient__isnull=False)
    if modality:
        rows = rows.filter(list_modality=modality)
    ids = rows.order_by().values("pk")
    reports = _reports(ids)
    by_image: dict[int, list[float]] = defaultdict(list)
    stated = Series.objects.filter(study__in=ids, ctdi_vol__isnull=False).order_by()
    for study, ctdi_vol in stated.values_list("study_id", "ctdi_vol"):
        if ctdi_vol is not None:
            by_image[study].append(ctdi_vol)
    named = Study.objects.filter(pk__in={*reports, *by_image}).order_by("study_date", "pk")
    columns = ("study_date", "list_modality", "description")
    found = []
    for pk, day, of, description, ordered in named.values_list(
        "pk", *columns, F("order__job_type")
    ):
        dose = _dose(reports.get(pk, []), by_image[pk])
        if dose and day:
            found.append(DosedStudy(day, of, ordered or description, dose))
    return found


def _reports(studies: Any) -> dict[int, list[CtDoseReport]]:
    """Those in force: none that another one replaces."""
    rows = DerivedObject.objects.filter(
        instance__series__study__in=studies, instance__series__modality="SR", dose__isnull=False
    ).order_by("pk")
    found = list(rows.select_related("instance__series"))
    replaced = {uid for one in found for uid in one.predecessors}
    reports: dict[int, list[CtDoseReport]] = defaultdict(list)
    for one in found:
        if one.dose and one.instance.sop_instance_uid not in replaced:
            reports[one.instance.series.study_id].append(CtDoseReport.from_json(one.dose))
    return reports


def _dose(reports: Sequence[CtDoseReport], by_image: Sequence[float]) -> StudyDose | None:
    if reports:
        events = _distinct(reports)
        stated = [one.ctdi_vol for one in events if one.ctdi_vol is not None]
        return StudyDose(
            DoseSource.REPORT, max(stated, default=None), _dlp(reports, events), events
        )
    if by_image:
        return StudyDose(DoseSource.IMAGES, max(by_image), None, ())
    return None


def _distinct(reports: Sequence[CtDoseReport]) -> tuple[IrradiationEvent, ...]:
    """A scanner may send a report after each series, with the former events in it again."""
    known: dict[Any, IrradiationEvent] = {}
    for number, report in enumerate(reports):
        for place, event in enumerate(report.events):
            known.setdefault(event.uid or (number, place), event)
    return tuple(known.values())


def _dlp(reports: Sequence[CtDoseReport], events: Sequence[IrradiationEvent]) -> float | None:
    """Of several reports that of the one with all events, else the sum of these, if each says it.

    A localizer often says none: only the report then knows the total.
    """
    if len(reports) == 1:
        return reports[0].dlp
    named = {one.uid for one in events}
    if not named or "" in named:
        return None
    for report in reports:
        if report.dlp is not None and {one.uid for one in report.events} == named:
            return report.dlp
    parts = [one.dlp for one in events if one.dlp is not None]
    return round(sum(parts), 2) if len(parts) == len(events) else None
