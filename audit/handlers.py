"""Records of what happens below this app."""

from __future__ import annotations

from dataclasses import dataclass

from audit import services
from common.outbox.registry import Event, subscribe
from common.outbox.services import REDRIVEN


@dataclass(frozen=True, slots=True)
class _Operator:
    pk: int
    username: str
    role: str


@subscribe(REDRIVEN, queue="django_tasks")
def record_redrive(event: Event) -> None:
    """A delivery that is repeated leaves a second record of the same request: better than none."""
    services.record(
        actor=_Operator(**event.payload["operator"]),
        action="outbox.redrive",
        object_type="outbox_event",
        object_id=event.payload["event_id"],
        permission="operate",
    )
