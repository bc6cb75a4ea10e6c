"""What modalities say of their work by MPPS (PS3.4 annex F): shown, and nothing depends on it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pydicom.dataset import Dataset

from common.person import Person
from ocs import selectors as orders
from ris.choices import PerformedState
from ris.modality.scheduling import scheduled_orders
from ris.models import PerformedStep

SUCCESS, PROCESSING_FAILURE, WRONG_VALUE = 0x0000, 0x0110, 0x0106
DUPLICATE, NO_SUCH_INSTANCE, INVALID_INSTANCE = 0x0111, 0x0112, 0x0117
_ENDS = (PerformedState.COMPLETED, PerformedState.DISCONTINUED)
_LONGEST_UID = 64


def steps_performed_for(user: Person) -> QuerySet[PerformedStep]:
    """Those of the orders that the person sees."""
    rows = PerformedStep.objects.filter(order__in=orders.orders_visible_to(user))
    return rows.select_related("order__patient", "order__ordered_by")


def step_create(*, ae_title: str, sop_instance_uid: str, said: Dataset) -> tuple[int, Any]:
    """The status (PS3.7 annex C), and the order that it is of, if it names one of its patient."""
    if not 0 < len(sop_instance_uid) <= _LONGEST_UID:
        return INVALID_INSTANCE, None
    if said.get("PerformedProcedureStepStatus") != PerformedState.IN_PROGRESS:
        return WRONG_VALUE, None
    order = _order_of(said)
    try:
        with transaction.atomic():
            PerformedStep.objects.create(
                sop_instance_uid=sop_instance_uid,
                order=order,
                ae_title=ae_title,
                state=PerformedState.IN_PROGRESS,
            )
    except IntegrityError:
        return DUPLICATE, None
    return SUCCESS, order


@transaction.atomic
def step_set(*, ae_title: str, sop_instance_uid: str, said: Dataset) -> tuple[int, Any]:
    """As ``step_create``; only of whoever made it, and not after its end."""
    named = PerformedStep.objects.select_for_update().filter(
        sop_instance_uid=sop_instance_uid, ae_title=ae_title
    )
    step = named.select_related("order").first()
    if step is None:
        return NO_SUCH_INSTANCE, None
    if step.state != PerformedState.IN_PROGRESS:
        return PROCESSING_FAILURE, step.order
    state = said.get("PerformedProcedureStepStatus", PerformedState.IN_PROGRESS)
    if state not in PerformedState.values:
        return WRONG_VALUE, step.order
    step.state = state
    step.ended_at = timezone.now() if state in _ENDS else None
    step.save()
    return SUCCESS, step.order


def _order_of(said: Dataset) -> Any:
    scheduled = said.get("ScheduledStepAttributesSequence") or []
    numbers = {str(each.get("AccessionNumber") or "") for each in scheduled} - {""}
    uids = {str(each.get("StudyInstanceUID") or "") for each in scheduled} - {""}
    found = [*orders.orders_by_accession(numbers).values(), *scheduled_orders(uids).values()]
    mrn = str(said.get("PatientID") or "").strip()
    return next((order for order in found if order.patient.patient_id == mrn), None)
