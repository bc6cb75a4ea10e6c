"""What this app does when something happened, and its rule of results."""

from __future__ import annotations

from common.outbox.registry import Event, subscribe
from lis.events import CRITICAL_FOUND
from lis.services.criticals import critical_notify
from lis.services.releases import result_taken
from ocs.services.results import result_rule

for job_type in ("BLOOD", "GENETIC", "PROTEIN"):
    result_rule(job_type)(result_taken)


@subscribe(CRITICAL_FOUND, queue="django_tasks")
def alert_critical(event: Event) -> None:
    critical_notify(**event.payload)
