from __future__ import annotations

from typing import Any

from acct.models import User
from emr.models import CareTeamMember, Patient
from ocs import services
from ocs.models import Order


def order_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {"patient": patient, "job_role": "RIS", "job_type": "MR_BRAIN"} | fields


def order_make(doctor: User, patient: Patient, **fields: Any) -> Order:
    """An order by ``doctor``, made by the service."""
    return services.order_create(actor=doctor, **order_body(patient.pk, **fields))


def order_at(doctor: User, patient: Patient, status: str, **fields: Any) -> Order:
    """An order put straight into ``status``."""
    order = order_make(doctor, patient, **fields)
    order.status = status
    order.save(update_fields=["status"])
    return order


def care_for(patient: Patient, *people: User) -> None:
    for user in people:
        CareTeamMember.objects.create(patient=patient, user=user)
