"""That there is no known allergy is a row of its own, which an allergy ends."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from common.errors import BusinessError, ErrorCode
from common.person import Person
from emr import selectors
from emr.choices import RecordStatus
from emr.models import Allergy
from emr.selectors.patient_summary import NO_KNOWN_ALLERGY
from emr.services.charting import row_create, row_update
from rbac.permissions import Permission


@transaction.atomic
def allergy_create(*, actor: Person, patient: int, **fields: Any) -> Allergy:
    """Record an allergy, or that none is known.

    Raises NotFound, InvalidInput, BusinessError (none known, beside an active allergy).
    """
    seen = selectors.patient_get(actor, patient, Permission.EDIT_ENCOUNTER)
    selectors.patient_lock(seen.pk)
    rows = Allergy.objects.filter(patient=seen, deleted_at=None, status=RecordStatus.ACTIVE)
    if fields.get("code") == NO_KNOWN_ALLERGY and rows.exists():
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "an active entry is on record", "code")
    for row in rows.filter(code=NO_KNOWN_ALLERGY):
        row_update(
            actor=actor,
            model=Allergy,
            pk=row.pk,
            expected=row.version,
            status=RecordStatus.RESOLVED,
        )
    allergy: Allergy = row_create(actor=actor, model=Allergy, patient=patient, **fields)
    return allergy
