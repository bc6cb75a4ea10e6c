"""Prescribe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from common.person import Person
from emr.models import Prescription
from emr.services.charting import row_create


def prescription_create(
    *, actor: Person, patient: int, prescribed_at: datetime | None = None, **fields: Any
) -> Prescription:
    """Prescribe for a patient the actor sees. Raises NotFound, InvalidInput (foreign encounter)."""
    prescription: Prescription = row_create(
        actor=actor,
        model=Prescription,
        patient=patient,
        prescribed_at=prescribed_at or timezone.now(),
        **fields,
    )
    return prescription
