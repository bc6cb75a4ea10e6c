"""Today's work, done through the services by those whose work it is: their events tell people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from ai.models import RoutingRule
from emr import services as emr
from emr.models import Patient
from emr.services.prescribing import prescription_warnings
from lis.services.releases import result_enter
from lis.services.specimens import specimen_collect, specimen_move
from ocs import selectors, services
from ocs.choices import PART_OF, JobRole, OrderStatus, Priority
from rbac import services as grants

SHARED_FOR = timedelta(days=365)
_FILE = Path(__file__).parent / "today.json"
_PREFIXES = {"RIS": "RIS", "LIS": "LIS", "TRT": "TREATMENT", "CON": "CONSULT"}
_STEPS = (
    *(OrderStatus.ACCEPTED, OrderStatus.IN_PROGRESS),
    *(OrderStatus.RESULT_READY, OrderStatus.CONFIRMED),
)
_WORKERS = {JobRole.RIS: "radiologist", JobRole.LIS: "labtech"}


def orders_write(users: dict[str, Any]) -> None:
    """The orders of today that are not there yet. A critical value of them waits for a call."""
    for told in json.loads(_FILE.read_text(encoding="utf-8")):
        if selectors.order_by_accession(told["number"]) is None:
            _order(told, users)


def routing_rule_write() -> None:
    """One rule as an example, off: an administrator tries it on past studies first."""
    RoutingRule.objects.get_or_create(
        name="뇌 MRI T1: 뇌 추출",
        defaults={
            "modality": "MR",
            "sequence": "T1",
            "job_type": "MR_BRAIN",
            "model_id": "brain_extraction",
        },
    )


def share(patient: Patient, username: str, users: dict[str, Any]) -> None:
    grants.grant_share(
        actor=users["admin"],
        grantee_id=users[username].pk,
        patient_id=patient.pk,
        expires_at=timezone.now() + SHARED_FOR,
        reason="second opinion",
    )


def warned_prescription(mrn: str, users: dict[str, Any]) -> None:
    """One that was warned of, and prescribed with a reason."""
    patient = Patient.objects.get(patient_id=mrn)
    fields: dict[str, Any] = {
        "patient": patient.pk,
        "drug": "Aspirin",
        "drug_code": "B01AC06",
        "daily_mg": 100,
        "dose": "100 mg",
        "frequency": "1일 1회",
        "days": 7,
    }
    warned = prescription_warnings(actor=users["doctor"], **fields)
    emr.prescription_create(
        actor=users["doctor"],
        acknowledged=[one.code for one in warned],
        reason="관상동맥 스텐트 삽입 후 7일간 병용",
        **fields,
    )


def _order(told: dict[str, Any], users: dict[str, Any]) -> None:
    role = told.get("role") or _PREFIXES[told["number"][:3]]
    now = timezone.now()
    order = services.order_create(
        actor=users["doctor"],
        patient=Patient.objects.get(patient_id=told["mrn"]).pk,
        accession_number=told["number"],
        job_role=role,
        job_type=told["type"],
        priority=told.get("priority", Priority.ROUTINE),
        clinical_info=told["info"],
        body_part=PART_OF.get(told["type"], "") if role == JobRole.RIS else "",
        due_at=now + timedelta(days=told["due"]) if "due" in told else None,
    )
    worker = users[_WORKERS.get(JobRole(role), "doctor")]
    if "specimen" in told:
        specimen = specimen_collect(actor=users["nurse"], order_id=order.pk, kind=told["specimen"])
        if told["to"] != OrderStatus.ORDERED:
            specimen_move(actor=users["labtech"], specimen_id=specimen.pk, state="RECEIVED")
    for step in _walk(told["to"]):
        services.order_transition(
            actor=users["doctor"] if step == OrderStatus.CANCELLED else worker,
            order_id=order.pk,
            to_status=step,
            reason=told.get("reason", ""),
            result=told.get("result") if step == OrderStatus.RESULT_READY else None,
        )
    if role == JobRole.LIS and "result" in told:
        result_enter(actor=users["labtech"], order_id=order.pk, result=told["result"])


def _walk(status: str) -> Iterator[str]:
    if status == OrderStatus.CANCELLED:
        yield OrderStatus.CANCELLED
    elif status != OrderStatus.ORDERED:
        yield from _STEPS[: _STEPS.index(OrderStatus(status)) + 1]
