"""What this app does when something happened."""

from __future__ import annotations

from common.outbox.registry import Event, subscribe
from emr.events import PATIENT_MERGED
from emr.services import merge_settle


@subscribe(PATIENT_MERGED, queue="django_tasks")
def take_along(event: Event) -> None:
    merge_settle(duplicate_id=event.payload["duplicate_id"])
