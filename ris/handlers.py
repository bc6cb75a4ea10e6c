"""What this app does when something happened, and its parts of a ward's work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from django.db.models.signals import post_save
from django.dispatch import receiver

from common.errors import AppError
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.choices import WardTaskKind
from emr.selectors.ward_board import WardTask, ward_tasks
from ocs.choices import OrderStatus
from ocs.events import ORDER_CREATED, ORDER_MOVED
from pacs.events import STUDY_MATCHED, STUDY_STABLE
from pacs.index import order_images
from pacs.index.list_keys import list_key_writers
from ris.choices import CRITICAL_NAMES
from ris.events import (
    NODES_CHANGED,
    REGISTRATION_ACCEPTED,
    REGISTRATION_REQUESTED,
    REPORT_CRITICAL,
)
from ris.hanging.frame_links import FrameLink, frame_link_readers
from ris.modality import nodes, scheduling
from ris.reading.entries import ai_note, arrival_note, entry_write
from ris.registration import services as registrations, storing
from ris.registration.selectors import registrations_between
from ris.reports import critical_findings as criticals

ENDED = (OrderStatus.RESULT_READY, OrderStatus.CONFIRMED, OrderStatus.CANCELLED)

list_key_writers.append(entry_write)


def accepted_links(user: Person, frames: Collection[str]) -> list[FrameLink]:
    """For hanging protocols, which scroll a prior through them."""
    return [
        FrameLink(
            registration=row.pk,
            from_frame_of_reference_uid=row.moving_frame,
            to_frame_of_reference_uid=row.fixed_frame,
            matrix=tuple(value for line in row.transform or () for value in line),
        )
        for row in registrations_between(user, frames)
    ]


frame_link_readers.append(accepted_links)


@subscribe(ORDER_CREATED, queue="django_tasks")
def order_schedule(event: Event) -> None:
    scheduling.orders_sync([event.payload["order_id"]])


def _ends(payload: Mapping[str, Any]) -> bool:
    """Until then an order is on the modality worklist whatever its state."""
    return payload["to_status"] in ENDED


@subscribe(ORDER_MOVED, queue="django_tasks", wants=_ends)
def order_reschedule(event: Event) -> None:
    scheduling.orders_sync([event.payload["order_id"]])


@subscribe(STUDY_STABLE, queue="django_tasks")
def study_arrived(event: Event) -> None:
    arrival_note(event.payload["study_id"])
    _images_came(event)


@subscribe(STUDY_MATCHED, queue="django_tasks")
def study_filed(event: Event) -> None:
    _images_came(event)


def _images_came(event: Event) -> None:
    order_id = order_images.order_of_study(event.payload["study_id"])
    if order_id is not None:
        scheduling.orders_sync([order_id])


@subscribe(NODES_CHANGED, queue="django_tasks")
def nodes_tell(event: Event) -> None:
    nodes.nodes_sync()


@receiver(post_save, sender="ai.AIJob")
def ai_changed(instance: Any, **_: Any) -> None:
    """In the transaction of the change: no event says each of them."""
    if instance.study_id is not None:
        ai_note(instance.study_id)


@subscribe(REPORT_CRITICAL, queue="django_tasks")
def alert_critical(event: Event) -> None:
    criticals.critical_notify(**event.payload)


def _registration_failed(event: Event, error: AppError) -> None:
    registrations.registration_fail(event.payload["registration_id"], error)


@subscribe(
    REGISTRATION_REQUESTED, queue="fastapi_tasks", max_attempts=5, on_dead=_registration_failed
)
def register_series(event: Event) -> None:
    registrations.registration_run(event.payload["registration_id"])


@subscribe(REGISTRATION_ACCEPTED, queue="archive_tasks")
def store_registration(event: Event) -> None:
    storing.registration_store(event.payload["registration_id"])


@ward_tasks
def ward_criticals(user: Person, ids: Collection[int]) -> Iterable[WardTask]:
    """Critical results of the patients' images that nobody has read back."""
    for critical in criticals.criticals_waiting(user).filter(report__patient__in=ids):
        yield WardTask(
            patient_id=cast(int, critical.report.patient_id),
            kind=WardTaskKind.CRITICAL,
            id=critical.pk,
            label=CRITICAL_NAMES[critical.category],
            state=critical.category,
            at=critical.at,
            urgent=True,
        )
