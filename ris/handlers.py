"""What this app does when something happened."""

from __future__ import annotations

from common.outbox.registry import Event, subscribe
from ocs.events import ORDER_CREATED, ORDER_MOVED
from pacs.events import STUDY_MATCHED, STUDY_STABLE
from pacs.index import order_images
from ris.events import NODES_CHANGED
from ris.modality import nodes, scheduling


@subscribe(ORDER_CREATED, queue="django_tasks")
def order_schedule(event: Event) -> None:
    scheduling.order_changed(event.payload["order_id"])


@subscribe(ORDER_MOVED, queue="django_tasks")
def order_reschedule(event: Event) -> None:
    scheduling.order_changed(event.payload["order_id"])


@subscribe(STUDY_STABLE, queue="django_tasks")
def study_arrived(event: Event) -> None:
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
