"""Which images of an order have come; without access control, for handlers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from pacs.choices import DERIVED_MODALITIES
from pacs.index.list_keys import study_keys_write
from pacs.index.matching import order_assign
from pacs.models import Instance, Study


@dataclass(slots=True)
class Arrivals:
    """Of an order's images.

    ``studies``: of the order. ``elsewhere``: of those that name its Accession Number (0008,0050)
    but are of another patient, or of nobody yet. ``loose``: whether one of its patient is without
    it, or one of another patient is with it, so that they are to be matched again.
    ``last_image_at``: None if no image has come; objects about images are none.
    """

    studies: int = 0
    elsewhere: int = 0
    loose: bool = False
    last_image_at: datetime | None = None


def arrivals_of(orders: Iterable[Any]) -> dict[int, Arrivals]:
    """By the order's id."""
    found: defaultdict[int, Arrivals] = defaultdict(Arrivals)
    by_id = {order.pk: order for order in orders}
    by_number = {order.accession_number: order for order in by_id.values()}
    named = Study.objects.filter(Q(accession_number__in=by_number, order=None)).order_by()
    for number, patient_id in named.values_list("accession_number", "patient"):
        if order := by_number.get(number):  # the column compares without case
            found[order.pk].loose |= patient_id == order.patient_id
            found[order.pk].elsewhere += patient_id != order.patient_id
    rows = Study.objects.filter(order__in=by_id).order_by()
    for pk, patient_id in rows.values_list("order", "patient"):
        found[pk].loose |= patient_id != by_id[pk].patient_id
        found[pk].studies += 1
    for pk, at in _last_images([pk for pk, arrived in found.items() if arrived.studies]):
        found[pk].last_image_at = at
    return {pk: found[pk] for pk in by_id}


def _last_images(order_ids: list[int]) -> Iterable[tuple[int, datetime]]:
    images = Instance.objects.filter(series__study__order__in=order_ids).order_by()
    images = images.exclude(series__modality__in=DERIVED_MODALITIES)
    return images.values_list("series__study__order").annotate(at=Max("indexed_at"))


def order_of_study(study_id: int) -> int | None:
    """The id of the study's order."""
    rows = Study.objects.filter(pk=study_id)
    return rows.values_list("order", flat=True).first()


@transaction.atomic
def order_rematch(order: Any) -> int:
    """Match again the studies with its Accession Number or of it; returns how many changed.

    A study that came before its order gets it; one of another patient loses it.
    """
    own = Q(accession_number=order.accession_number, order=None, patient=order.patient_id)
    foreign = Q(order=order.pk) & ~Q(patient=order.patient_id)
    matched = 0
    for study in Study.objects.select_for_update().filter(own | foreign):
        before = study.order_id
        order_assign(study)
        if study.order_id != before:
            study.save_versioned(expected=study.version)
            study_keys_write(study.pk)
            matched += 1
    return matched
