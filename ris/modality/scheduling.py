"""Keeps the modality worklist: open imaging orders are on it until their images have arrived.

What counts are the images that came, and that no more have come for ``WORKLIST_IDLE_MINUTES``: a
modality sends series by series, with pauses. What it says of its work (MPPS) is shown only.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from emr.selectors import clinical_facts
from ocs import selectors as orders
from ocs.choices import OrderStatus, modality_of
from pacs.dicom.uids import new_uid
from pacs.index.order_images import Arrivals, arrivals_of, order_rematch
from ris.choices import WorklistReason, WorklistState
from ris.modality.worklist_items import WorklistItem, item_check, item_of
from ris.models import DicomNode, ScheduledStudy

logger = logging.getLogger(__name__)


def orders_sync(order_ids: Iterable[int]) -> None:
    """Bring the entries of these orders to what order, images, patient and nodes say now.

    Images that came before an order, or before its patient was known, become its own.
    """
    for order in orders.imaging_orders(order_ids):
        order_rematch(order)
        _sync(order)


def worklist_reconcile() -> int:
    """Find entries that differ from what they should be; returns how many.

    What an event has missed is made good here: images that no longer come, a restored database,
    another name of a patient, a node that was added.
    """
    on_list = ScheduledStudy.objects.filter(state=WorklistState.LISTED)
    listed = set(on_list.order_by().values_list("order", flat=True))
    waiting = list(orders.imaging_orders_open())
    entries = ScheduledStudy.objects.in_bulk([o.pk for o in waiting], field_name="order_id")
    found = Facts(waiting)
    wrong = {order.pk for order in waiting if found.differs(order, entries.get(order.pk))}
    wrong |= listed - {order.pk for order in waiting}
    orders_sync(wrong)
    return len(wrong)


def scheduled_orders(study_instance_uids: Iterable[str]) -> Mapping[str, Any]:
    """The orders to which these Study Instance UIDs were assigned."""
    named = ScheduledStudy.objects.filter(study_instance_uid__in=list(study_instance_uids))
    entries = named.select_related("order__patient")
    return {entry.study_instance_uid: entry.order for entry in entries}


class Facts:
    """What else says how the entries of some orders look, in a few queries for all of them."""

    def __init__(self, rows: list[Any]) -> None:
        self._arrivals = arrivals_of(rows)
        self._allergies = clinical_facts.allergies_active({order.patient_id for order in rows})
        self._stations = _stations()

    def verdict(self, order: Any, entry: ScheduledStudy) -> tuple[WorklistState, WorklistReason]:
        if order.status == OrderStatus.CANCELLED:
            return WorklistState.REMOVED, WorklistReason.CANCELLED
        if order.status not in orders.UNDONE:
            return WorklistState.REMOVED, WorklistReason.COMPLETED
        reason = _reason(self._arrivals[order.pk])
        if reason is WorklistReason.ARRIVED:
            return WorklistState.REMOVED, reason
        if self.digest(order, entry) is None:
            return WorklistState.REMOVED, WorklistReason.NOT_WRITTEN
        return WorklistState.LISTED, reason

    def item(self, order: Any, study_instance_uid: str) -> WorklistItem:
        return item_of(
            order,
            study_instance_uid,
            tuple(self._allergies.get(order.patient_id, ())),
            self._stations.get(modality_of(order.job_type), ""),
        )

    def digest(self, order: Any, entry: ScheduledStudy) -> str | None:
        """Of what the entry shows; None if DICOM cannot say it: it must not stop the others."""
        try:
            item = self.item(order, entry.study_instance_uid)
            if item.digest != entry.content_hash:
                item_check(item)
        except Exception as error:
            reason = type(error).__name__
            logger.error("worklist item", extra={"order_id": order.pk, "reason": reason})
            return None
        return item.digest

    def differs(self, order: Any, entry: ScheduledStudy | None) -> bool:
        if entry is None or self._arrivals[order.pk].loose:
            return True
        state, reason = self.verdict(order, entry)
        if (entry.state, entry.reason) != (state, reason):
            return True
        return state == WorklistState.LISTED and entry.content_hash != self.digest(order, entry)


def _reason(arrived: Arrivals) -> WorklistReason:
    """Of an open order."""
    if arrived.last_image_at is None:
        return WorklistReason.MISMATCH if arrived.elsewhere else WorklistReason.WAITING
    idle = timezone.now() - arrived.last_image_at
    ended = idle >= timedelta(minutes=settings.WORKLIST_IDLE_MINUTES)
    return WorklistReason.ARRIVED if ended else WorklistReason.ARRIVING


@transaction.atomic
def _sync(order: Any) -> None:
    ScheduledStudy.objects.get_or_create(
        order=order,
        defaults={"study_instance_uid": new_uid(), "reason": WorklistReason.WAITING},
    )
    entry = ScheduledStudy.objects.select_for_update().get(order=order)
    order.refresh_from_db(fields=["status"])
    facts = Facts([order])
    before = entry.state
    entry.state, entry.reason = facts.verdict(order, entry)
    listed = entry.state == WorklistState.LISTED
    entry.content_hash = (facts.digest(order, entry) or "") if listed else ""
    if listed:
        entry.listed_at = entry.listed_at or timezone.now()
    if entry.state != before:
        entry.removed_at = None if listed else timezone.now()
    entry.save()


def _stations() -> dict[str, str]:
    """Modality to AE title, where exactly one node that asks for the worklist makes it."""
    makers: defaultdict[str, list[str]] = defaultdict(list)
    for node in DicomNode.objects.filter(may_worklist=True):
        for modality in node.modalities:
            makers[modality].append(node.ae_title)
    return {modality: titles[0] for modality, titles in makers.items() if len(titles) == 1}
