"""Communication: whom a critical result was told, one for each attempt."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    ReferenceParameter,
    SearchParameter,
    TokenParameter,
)
from fhir.services.resources.elements import HL7, LOINC, Json, coding, compact, concept, moment
from lis import selectors as laboratory
from lis.choices import CallOutcome
from ris.choices import CRITICAL_NAMES
from ris.reports import critical_findings

_CATEGORY = f"{HL7}/communication-category"
_STATES = {
    "completed": (CallOutcome.CONFIRMED, CallOutcome.NO_READBACK),
    "not-done": (CallOutcome.NOT_REACHED,),
}
_REASONS = {CallOutcome.NOT_REACHED: "Not reached", CallOutcome.NO_READBACK: "Not read back"}


def _told(row: Any, patient: int | None, order: int | None, reason: Json) -> Json:
    outcome = CallOutcome(row.outcome)
    because = {"text": _REASONS[outcome]} if outcome in _REASONS else None
    return compact(
        {
            "resourceType": "Communication",
            "basedOn": [refer("ServiceRequest", order).reference] if order else [],
            "status": next(said for said, ours in _STATES.items() if outcome in ours),
            "statusReason": because,
            "category": [concept(_CATEGORY, "alert", "Alert")],
            "priority": "stat",
            "medium": [{"text": row.how}],
            "subject": refer("Patient", patient).reference if patient else None,
            "sent": moment(row.at),
            "received": moment(row.at) if outcome == CallOutcome.CONFIRMED else None,
            "recipient": [{"display": row.told}],
            "sender": refer("Practitioner", row.by_id).reference,
            "reasonCode": [reason],
        }
    )


def _of_report(row: Any) -> Json:
    critical = row.critical
    reason = {"text": CRITICAL_NAMES[critical.category]["en"]}
    study = critical.report.study
    told = _told(row, critical.patient_id, study.order_id, reason)
    return {**told, "about": [refer("ImagingStudy", study.pk).reference]}


def _of_value(row: Any) -> Json:
    critical = row.critical
    said = f"{critical.name['en']} {critical.value} {critical.unit}".strip()
    reason = {"coding": [coding(LOINC, critical.code)], "text": said}
    return _told(row, critical.patient_id, critical.order_id, reason)


def _parameters(patient: str, order: str) -> dict[str, SearchParameter]:
    return {
        "patient": ReferenceParameter(field=patient, target="Patient"),
        "subject": ReferenceParameter(field=patient, target="Patient"),
        "based-on": ReferenceParameter(field=order, target="ServiceRequest"),
        "sender": ReferenceParameter(field="by", target="Practitioner"),
        "sent": DateParameter(field="at", sort=True),
        "category": FixedTokenParameter(given=((_CATEGORY, "alert"),)),
        "status": TokenParameter(
            field="outcome", codes=_STATES, system="http://hl7.org/fhir/event-status"
        ),
    }


register(
    ResourceType(
        name="Communication",
        sources=(
            ResourceSource(
                prefix="imaging-",
                rows=critical_findings.attempts_visible_to,
                render=_of_report,
                updated="at",
                patient=attrgetter("critical.patient_id"),
                parameters=_parameters(
                    "critical__report__patient", "critical__report__study__order"
                ),
            ),
            ResourceSource(
                prefix="laboratory-",
                rows=laboratory.attempts_visible_to,
                render=_of_value,
                updated="at",
                patient=attrgetter("critical.patient_id"),
                parameters=_parameters("critical__patient", "critical__order"),
            ),
        ),
    )
)
