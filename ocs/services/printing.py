"""What is printed of an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import barcode
from django.conf import settings
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode
from common.person import Person
from ocs import selectors
from ocs.choices import SheetPart
from ocs.models import Order
from rbac.permissions import Permission


@dataclass(frozen=True, slots=True)
class Sheet:
    """``barcode``: the accession number by ``code_128``."""

    hospital: str
    printed_at: datetime
    printed_by_name: str
    barcode: str
    order: Order
    history: list[Any]


def code_128(text: str) -> str:
    """The barcode (ISO/IEC 15417) as a digit for each module; 1 is a bar."""
    return "".join(barcode.get("code128", text).build())


def order_sheet(*, actor: Person, order_id: int, part: str) -> Sheet:
    """Raises NotFound, BusinessError (there is no result that this person may see)."""
    order = selectors.order_get(actor, order_id)
    if part == SheetPart.RESULT and not selectors.has_result(actor, order):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "no result yet", "status")
    audit.record(
        actor=actor,
        action="order.print",
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=Permission.VIEW_ORDER,
        detail={"part": part},
    )
    return Sheet(
        hospital=settings.HOSPITAL_NAME,
        printed_at=timezone.now(),
        printed_by_name=actor.full_name,
        barcode=code_128(order.accession_number),
        order=order,
        history=list(selectors.order_history(order)),
    )
