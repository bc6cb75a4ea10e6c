"""Values that a report may take over: approved AI results, measurements, the prior's values.

What was taken over stays marked with its source, also after the text was edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite
from typing import Any

from ai.selectors.approved_values import ApprovedValue, approved_values
from ai.selectors.publication import published_segs
from common.errors import ErrorCode, ExternalError, InvalidInput
from common.person import Person
from pacs.index.derived_objects import derived_objects
from pacs.index.structured_reports import Measurement, measurements_of
from ris.choices import ReportLanguage
from ris.models import Report
from ris.reports import selectors
from ris.reports.content import said
from ris.reports.templating import label_of, template_of

MOST_TAKEN_OVER = 200
_ONE_DECIMAL = frozenset({"mL", "mm", "cm", "mm2", "cm2", "%"})


@dataclass(frozen=True, slots=True)
class ValueSource:
    """``id``: of the AI analysis, the SOP Instance UID of the SR, or of the report."""

    kind: str
    id: str
    title: str
    study_instance_uid: str
    at: str | None
    by: str


@dataclass(frozen=True, slots=True)
class OfferedValue:
    """``text``: what is written into the report."""

    key: str
    kind: str
    label: str
    value: Any
    unit: str
    text: str
    source: ValueSource


@dataclass(frozen=True, slots=True)
class Offers:
    """``complete``: the archive said which measurements there are."""

    values: list[OfferedValue]
    complete: bool


def values_offered(user: Person, study: Any, language: str) -> Offers:
    """What may be taken over into a report on the study, in the report's language.

    Asks the archive for the measurements, so not inside a transaction.
    """
    korean = language == ReportLanguage.KOREAN
    measured = _measured(study)
    values = [
        *(_of_ai(study, one, korean) for one in approved_values(user, study.pk)),
        *(_of_measurement(study, one) for one in measured or []),
        *_of_prior(user, study, language),
    ]
    finite = [one for one in values if not isinstance(one.value, float) or isfinite(one.value)]
    return Offers(finite, complete=measured is not None)


def _measured(study: Any) -> list[Measurement] | None:
    """None while the archive does not answer."""
    ours = published_segs(study.pk)
    try:
        return [one for one in measurements_of(study) if one.sop_instance_uid not in ours]
    except ExternalError:
        return None


def printed(value: Any, unit: str) -> str:
    """A number with its unit: sizes and parts of a hundred with one decimal."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    number = f"{value:.1f}" if unit in _ONE_DECIMAL else f"{value:g}"
    shown = unit.replace("mm2", "mm²").replace("cm2", "cm²")
    return f"{number} {'' if shown.startswith('{') else shown}".strip()


def _of_ai(study: Any, one: ApprovedValue, korean: bool) -> OfferedValue:
    label = one.label_ko if korean else one.label
    return OfferedValue(
        key=f"ai:{one.job_id}:{one.key}",
        kind="ai",
        label=label,
        value=one.value,
        unit=one.unit,
        text=f"{label} {printed(one.value, one.unit)}",
        source=ValueSource(
            kind="ai",
            id=str(one.job_id),
            title=one.model_ko if korean else one.model,
            study_instance_uid=study.study_instance_uid,
            at=one.approved_at.isoformat() if one.approved_at else None,
            by=one.approved_by,
        ),
    )


def _of_measurement(study: Any, one: Measurement) -> OfferedValue:
    label = " ".join(filter(None, (one.of, one.name)))
    return OfferedValue(
        key=f"measurement:{one.sop_instance_uid}:{one.place}",
        kind="measurement",
        label=label,
        value=one.value,
        unit=one.unit,
        text=f"{label} {printed(one.value, one.unit)}",
        source=ValueSource(
            kind="measurement",
            id=one.sop_instance_uid,
            title="DICOM SR",
            study_instance_uid=study.study_instance_uid,
            at=one.content_date.isoformat() if one.content_date else None,
            by=one.author,
        ),
    )


def _of_prior(user: Person, study: Any, language: str) -> Iterator[OfferedValue]:
    prior = selectors.study_prior(user, study)
    if prior is None:
        return
    text = selectors.report_text(prior)
    template = template_of(text)
    day: date | None = prior.study.study_date
    for key, value in text.fields.items():
        label = label_of(template, "fields", key)[language]
        shown = said(template, key, value, language)
        yield OfferedValue(
            key=f"prior:{prior.pk}:{key}",
            kind="prior",
            label=label,
            value=value,
            unit="",
            text=f"{label} {shown} ({day})" if day else f"{label} {shown}",
            source=ValueSource(
                kind="prior",
                id=str(prior.pk),
                title=template["name"][language],
                study_instance_uid=prior.study.study_instance_uid,
                at=prior.signed_at.isoformat() if prior.signed_at else None,
                by=prior.signed_by.full_name if prior.signed_by else "",
            ),
        )


def taken_over_checked(
    actor: Person, study: Any, language: str, taken: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """``[{key, section, text}]`` with value and source. Raises InvalidInput (not offered).

    A measurement that the archive cannot show now is kept too, as not ``confirmed``: what was
    written is stored in any case. Asks the archive, so not inside a transaction.
    """
    if not taken:
        return []
    offers = values_offered(actor, study, language)
    known = {one.key: one for one in offers.values}
    return [
        _mark(one, known[one["key"]])
        if one["key"] in known
        else _unconfirmed(study, one, offers.complete)
        for one in taken
    ]


def _mark(one: dict[str, Any], offer: OfferedValue) -> dict[str, Any]:
    taken = {name: one[name] for name in ("key", "section", "text")}
    source = asdict(offer.source)
    return taken | {"value": offer.value, "unit": offer.unit, "source": source, "confirmed": True}


def _unconfirmed(study: Any, one: dict[str, Any], complete: bool) -> dict[str, Any]:
    kind, _, rest = one["key"].partition(":")
    sop_instance_uid = rest.rpartition(":")[0]
    there = {each.sop_instance_uid for each in derived_objects(study)}
    if complete or kind != "measurement" or sop_instance_uid not in there:
        raise InvalidInput(ErrorCode.VALIDATION, "no such value is offered", "taken_over")
    source = ValueSource(kind, sop_instance_uid, "DICOM SR", study.study_instance_uid, None, "")
    return one | {"value": None, "unit": "", "source": asdict(source), "confirmed": False}


def offers_awaited(actor: Person, report: Report) -> dict[str, OfferedValue]:
    """By key what is offered now and was not confirmed when it was taken over; asks the archive."""
    taken = selectors.report_text(report).taken_over
    waiting = [one for one in taken if not one.get("confirmed", True)]
    if not waiting:
        return {}
    offers = values_offered(actor, report.study, report.language)
    known = {one.key: one for one in offers.values}
    return {one["key"]: known[one["key"]] for one in waiting if one["key"] in known}


def taken_over_confirmed(
    kept: list[dict[str, Any]], offers: dict[str, OfferedValue]
) -> list[dict[str, Any]]:
    """With value and source of those that ``offers_awaited`` found."""
    return [_mark(one, offers[one["key"]]) if one["key"] in offers else one for one in kept]


def taken_over_joined(
    kept: list[dict[str, Any]], added: list[dict[str, Any]], sections: dict[str, str]
) -> list[dict[str, Any]]:
    """What was taken over before stays. Raises InvalidInput: too much, or no such section."""
    for one in added:
        if one["section"] not in sections:
            raise InvalidInput(
                ErrorCode.VALIDATION, "the template has no such section", "taken_over"
            )
    marks = {(one["key"], one["section"], one["text"]): one for one in (*added, *kept)}
    if len(marks) > MOST_TAKEN_OVER:
        raise InvalidInput(ErrorCode.VALIDATION, f"at most {MOST_TAKEN_OVER}", "taken_over")
    known = {(one["key"], one["section"], one["text"]) for one in kept}
    return [*kept, *(one for mark, one in marks.items() if mark not in known)]
