"""CarePlan: treatments; Procedure: what of them was done, and imaging as modalities tell of it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    ReferenceParameter,
    TokenParameter,
)
from fhir.services.resources.actors import examination
from fhir.services.resources.codes import ORDER_CATEGORIES
from fhir.services.resources.elements import (
    DICOM_UID,
    SNOMED,
    Json,
    compact,
    concept,
    dicom_identifier,
    moment,
)
from ris.choices import PerformedState
from ris.modality.performed_steps import steps_performed_for
from treatment.choices import CourseEventKind, PlanStatus, TreatmentKind
from treatment.selectors import plans_visible_to, treatments_given_to

_KINDS = {
    TreatmentKind.SURGERY: ("387713003", "Surgical procedure"),
    TreatmentKind.RADIOTHERAPY: ("108290001", "Radiation oncology AND/OR radiotherapy"),
    TreatmentKind.CHEMOTHERAPY: ("367336001", "Chemotherapy"),
}
_CODES = {code: (kind,) for kind, (code, _) in _KINDS.items()}
_PLAN_STATES = {
    "draft": (PlanStatus.PLANNED,),
    "active": (PlanStatus.ACTIVE,),
    "completed": (PlanStatus.COMPLETED,),
    "revoked": (PlanStatus.STOPPED,),
}
_ACTIVITY = {"draft": "scheduled", "active": "in-progress", "revoked": "stopped"}
_STEP_STATES = {
    "in-progress": (PerformedState.IN_PROGRESS,),
    "completed": (PerformedState.COMPLETED,),
    "stopped": (PerformedState.DISCONTINUED,),
}
_IMAGING = ORDER_CATEGORIES["RIS"]
_DONE = {
    CourseEventKind.OPERATION_DONE: "Operation",
    CourseEventKind.FRACTIONS_GIVEN: "Fractions of radiotherapy",
    CourseEventKind.CYCLE_GIVEN: "Cycle of chemotherapy",
}


def _said(states: dict[str, tuple[Any, ...]], ours: str) -> str:
    return next(said for said, known in states.items() if ours in known)


def _kind(kind: str) -> Json:
    return concept(SNOMED, *_KINDS[TreatmentKind(kind)])


def _dose(row: Any) -> str:
    """What is to be given, in words."""
    parts = [row.regimen, *(str(one.get("drug", one)) if isinstance(one, dict) else str(one)
                            for one in row.drugs)]  # fmt: skip
    if row.total_dose_gy is not None:
        parts.append(f"{row.total_dose_gy} Gy")
    if row.fractions is not None:
        parts.append(f"{row.fractions} fractions")
    return ", ".join(filter(None, [row.title, *parts, row.technique, row.target]))


def _care_plan(row: Any) -> Json:
    status = _said(_PLAN_STATES, row.status)
    period = {
        "start": (row.started_on or row.planned_on) and moment(row.started_on or row.planned_on),
        "end": row.ended_on and moment(row.ended_on),
    }
    detail = {
        "kind": "ServiceRequest",
        "code": _kind(row.kind),
        "status": _ACTIVITY.get(status, status),
        "statusReason": {"text": row.stop_reason} if row.stop_reason else None,
        "description": _dose(row),
    }
    order = row.order_id and {"reference": refer("ServiceRequest", row.order_id).reference}
    return compact(
        {
            "resourceType": "CarePlan",
            "status": status,
            "intent": "plan",
            "category": [_kind(row.kind)],
            "title": row.title,
            "subject": refer("Patient", row.patient_id).reference,
            "period": compact(period),
            "created": moment(row.created_at),
            "author": refer("Practitioner", row.recorded_by_id).reference,
            "activity": [{"detail": compact(detail)}, *([order] if order else [])],
            "note": [{"text": row.note}] if row.note else [],
        }
    )


def _treatment_given(row: Any) -> Json:
    number = row.fractions if row.fractions is not None else row.cycle
    text = _DONE[CourseEventKind(row.kind)]
    coded = concept(SNOMED, *_KINDS[TreatmentKind(row.plan.kind)])
    return compact(
        {
            "resourceType": "Procedure",
            "basedOn": [refer("CarePlan", row.plan_id).reference],
            "status": "completed",
            "category": _kind(row.plan.kind),
            "code": coded | {"text": f"{text}: {number}" if number is not None else text},
            "subject": refer("Patient", row.patient_id).reference,
            "performedDateTime": moment(row.occurred_on),
            "recorder": refer("Practitioner", row.recorded_by_id).reference,
            "note": [{"text": row.note}] if row.note else [],
        }
    )


def _imaging(row: Any) -> Json:
    order = row.order
    code, site = examination(order.job_type, base=BASE)
    period = {"start": moment(row.started_at), "end": row.ended_at and moment(row.ended_at)}
    return compact(
        {
            "resourceType": "Procedure",
            "identifier": [dicom_identifier(row.sop_instance_uid)],
            "basedOn": [refer("ServiceRequest", order.pk).reference],
            "status": _said(_STEP_STATES, row.state),
            "category": _IMAGING,
            "code": code,
            "subject": refer("Patient", order.patient_id).reference,
            "encounter": refer("Encounter", order.encounter_id).reference
            if order.encounter_id
            else None,
            "performedPeriod": compact(period),
            "bodySite": [{"coding": [site]}] if site else [],
        }
    )


_status = "http://hl7.org/fhir/event-status"
register(
    ResourceType(
        name="CarePlan",
        sources=(
            ResourceSource(
                rows=plans_visible_to,
                render=_care_plan,
                updated="updated_at",
                parameters={
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "status": TokenParameter(field="status", codes=_PLAN_STATES),
                    "category": TokenParameter(field="kind", codes=_CODES, system=SNOMED),
                    "date": DateParameter(field="started_on", day=True, sort=True),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="Procedure",
        sources=(
            ResourceSource(
                prefix="treatment-",
                rows=treatments_given_to,
                render=_treatment_given,
                updated="updated_at",
                parameters={
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "status": FixedTokenParameter(given=((_status, "completed"),)),
                    "category": TokenParameter(field="plan__kind", codes=_CODES, system=SNOMED),
                    "date": DateParameter(field="occurred_on", day=True),
                    "based-on": ReferenceParameter(field="plan", target="CarePlan"),
                },
            ),
            ResourceSource(
                prefix="imaging-",
                rows=steps_performed_for,
                render=_imaging,
                updated="started_at",
                patient=attrgetter("order.patient_id"),
                parameters={
                    "patient": ReferenceParameter(field="order__patient", target="Patient"),
                    "subject": ReferenceParameter(field="order__patient", target="Patient"),
                    "encounter": ReferenceParameter(field="order__encounter", target="Encounter"),
                    "identifier": TokenParameter(
                        field="sop_instance_uid", system=DICOM_UID, prefix="urn:oid:"
                    ),
                    "status": TokenParameter(field="state", codes=_STEP_STATES, system=_status),
                    "category": FixedTokenParameter(given=((SNOMED, "363679005"),)),
                    "date": DateParameter(field="started_at"),
                    "based-on": ReferenceParameter(field="order", target="ServiceRequest"),
                },
            ),
        ),
    )
)
