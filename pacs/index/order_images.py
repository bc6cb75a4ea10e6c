"""Whether the images of an order have come; without access control, for handlers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from django.db import transaction

from pacs.index.list_keys import list_keys_write
from pacs.index.matching import order_assign
from pacs.models import Study


class Arrival(Enum):
    """Of an order's images.

    ARRIVING: the last came within some seconds. ELSEWHERE: a study names the order's Accession
    Number (0008,0050) but is not of its patient, or of nobody yet.
    """

    NONE = "none"
    ARRIVING = "arriving"
    ELSEWHERE = "elsewhere"
    COMPLETE = "complete"


def arrivals_of(accession_numbers: Mapping[int, str]) -> dict[int, Arrival]:
    """By the order's id; ``accession_numbers``: of each order. Without a study it is left out."""
    found: dict[int, Arrival] = {}
    ids = {number: pk for pk, number in accession_numbers.items()}
    named = Study.objects.filter(accession_number__in=ids, order=None).order_by()
    for number in named.values_list("accession_number", flat=True):
        if number in ids:  # the column compares without case
            found[ids[number]] = Arrival.ELSEWHERE
    rows = Study.objects.filter(order__in=accession_numbers).order_by()
    for pk, stable_at in rows.values_list("order", "stable_at"):
        arriving = stable_at is None or found.get(pk) is Arrival.ARRIVING
        found[pk] = Arrival.ARRIVING if arriving else Arrival.COMPLETE
    return found


def order_of_study(study_id: int) -> int | None:
    """The id of the study's order."""
    rows = Study.objects.filter(pk=study_id)
    return rows.values_list("order", flat=True).first()


@transaction.atomic
def order_rematch(accession_number: str, patient_id: int) -> int:
    """Give studies that came before their order that order; returns how many."""
    waiting = Study.objects.select_for_update().filter(
        accession_number=accession_number, order=None, patient=patient_id
    )
    matched = 0
    for study in waiting:
        order_assign(study)
        if study.order_id is not None:
            study.save_versioned(expected=study.version)
            list_keys_write(Study.objects.filter(pk=study.pk))
            matched += 1
    return matched
