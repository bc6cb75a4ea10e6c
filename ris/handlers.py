"""What the imaging app does about events."""

from __future__ import annotations

from common.outbox.registry import Event, subscribe
from ris.events import INSTANCE_UNREAD
from ris.services import changes


@subscribe(INSTANCE_UNREAD, queue="django_tasks")
def instance_reread(event: Event) -> None:
    changes.instance_reread(event.payload["orthanc_id"])
