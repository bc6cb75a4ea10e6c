"""Keeps the modality worklist: open imaging orders are on it until their images have arrived.

Order and study are never asked to agree with a message of the modality: what counts are the images
that came, and that no more have come for some seconds.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from emr.selectors import clinical_facts
from ocs import selectors as orders
from ocs.choices import OrderStatus, modality_of
from pacs.dicom.uids import new_uid
from pacs.index.order_images import Arrival, arrivals_of, order_rematch
from ris.choices import WorklistReason, WorklistState
from ris.modality import worklist_folder
from ris.modality.worklist_items import WorklistItem, file_of, item_of
from ris.models import DicomNode, ScheduledStudy

logger = logging.getLogger(__name__)

_BY_ARRIVAL = {
    Arrival.NONE: WorklistReason.WAITING,
    Arrival.ARRIVING: WorklistReason.ARRIVING,
    Arrival.ELSEWHERE: WorklistReason.MISMATCH,
    Arrival.COMPLETE: WorklistReason.ARRIVED,
}


def orders_sync(order_ids: Iterable[int]) -> None:
    """Bring the entries of these orders to what order, images, patient and nodes say now."""
    for order in orders.imaging_orders(order_ids):
        _sync(order)


def order_changed(order_id: int) -> None:
    """Also: images that came before it, or before its accession number, become its own."""
    for order in orders.imaging_orders([order_id]):
        order_rematch(order.accession_number, order.patient_id)
        _sync(order)


def worklist_reconcile() -> int:
    """Find entries that differ from what they should be, and files of none; returns how many.

    What an event has missed is made good here: a restored database, an emptied folder, another
    name of a patient, a node that was added.
    """
    on_list = ScheduledStudy.objects.filter(state=WorklistState.LISTED)
    listed = set(on_list.order_by().values_list("order", flat=True))
    waiting = list(orders.imaging_orders_open())
    entries = ScheduledStudy.objects.in_bulk([o.pk for o in waiting], field_name="order_id")
    found = _Facts(waiting)
    present = worklist_folder.items_present()
    wrong = {order.pk for order in waiting if found.differs(order, entries.get(order.pk), present)}
    ended = listed - {order.pk for order in waiting}
    orders_sync(wrong | ended)
    strays = present - {str(order.pk) for order in waiting} - {str(pk) for pk in ended}
    for name in strays:
        worklist_folder.stray_remove(name)
    return len(wrong | ended) + len(strays)


def scheduled_order(study_instance_uid: str) -> Any:
    """The order to which this Study Instance UID was assigned, or None."""
    named = ScheduledStudy.objects.filter(study_instance_uid=study_instance_uid)
    entry = named.select_related("order__patient").first()
    return entry.order if entry else None


class _Facts:
    """What else says how the entries of some orders look, in a few queries for all of them."""

    def __init__(self, rows: list[Any]) -> None:
        self._arrivals = arrivals_of({order.pk: order.accession_number for order in rows})
        self._allergies = clinical_facts.allergies_active({order.patient_id for order in rows})
        self._stations = _stations()

    def verdict(self, order: Any) -> tuple[WorklistState, WorklistReason]:
        if order.status == OrderStatus.CANCELLED:
            return WorklistState.REMOVED, WorklistReason.CANCELLED
        if order.status not in orders.UNDONE:
            return WorklistState.REMOVED, WorklistReason.COMPLETED
        reason = _BY_ARRIVAL[self._arrivals.get(order.pk, Arrival.NONE)]
        gone = reason is WorklistReason.ARRIVED
        return (WorklistState.REMOVED if gone else WorklistState.LISTED), reason

    def item(self, order: Any, study_instance_uid: str) -> WorklistItem:
        return item_of(
            order,
            study_instance_uid,
            tuple(self._allergies.get(order.patient_id, ())),
            self._stations.get(modality_of(order.job_type), ""),
        )

    def differs(self, order: Any, entry: ScheduledStudy | None, present: set[str]) -> bool:
        if entry is None:
            return True
        state, reason = self.verdict(order)
        on_list = str(order.pk) in present
        if (entry.state, entry.reason) != (state, reason) or on_list != (
            state == WorklistState.LISTED
        ):
            return True
        digest = self.item(order, entry.study_instance_uid).digest
        return on_list and entry.content_hash != digest


@transaction.atomic
def _sync(order: Any) -> None:
    """The file is written under the row's lock: two workers never write for one order at once."""
    ScheduledStudy.objects.get_or_create(
        order=order,
        defaults={"study_instance_uid": new_uid(), "reason": WorklistReason.WAITING},
    )
    entry = ScheduledStudy.objects.select_for_update().get(order=order)
    order.refresh_from_db(fields=["status"])
    facts = _Facts([order])
    before = entry.state
    entry.state, entry.reason = facts.verdict(order)
    if entry.state == WorklistState.LISTED:
        item = facts.item(order, entry.study_instance_uid)
        try:
            worklist_folder.item_write(order.pk, file_of(item))
            entry.content_hash = item.digest
            entry.listed_at = entry.listed_at or timezone.now()
        except OSError as error:
            logger.error("worklist file is not written", extra={"reason": type(error).__name__})
            entry.state, entry.reason = WorklistState.REMOVED, WorklistReason.NOT_WRITTEN
    else:
        worklist_folder.item_remove(order.pk)
        entry.content_hash = ""
    if entry.state != before:
        entry.removed_at = timezone.now() if entry.state == WorklistState.REMOVED else None
    entry.save()


def _stations() -> dict[str, str]:
    """Modality to AE title, where exactly one node that asks for the worklist makes it."""
    makers: defaultdict[str, list[str]] = defaultdict(list)
    for node in DicomNode.objects.filter(may_worklist=True):
        for modality in node.modalities:
            makers[modality].append(node.ae_title)
    return {modality: titles[0] for modality, titles in makers.items() if len(titles) == 1}
