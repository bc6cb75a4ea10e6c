"""What this app does when something happened, and its rule of results."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.choices import WardTaskKind
from emr.selectors.ward_board import WardTask, ward_tasks
from lis.events import CRITICAL_FOUND, REPORT_SEND
from lis.models import CriticalValue
from lis.services.criticals import critical_notify
from lis.services.openemr_reports import report_announce, report_send
from lis.services.releases import result_taken
from ocs.events import ORDER_AMENDED, ORDER_MOVED
from ocs.services.results import result_rule
from openemr.outage import DAYS_OF_ATTEMPTS

for job_type in ("BLOOD", "GENETIC", "PROTEIN"):
    result_rule(job_type)(result_taken)


@subscribe(CRITICAL_FOUND, queue="django_tasks")
def alert_critical(event: Event) -> None:
    critical_notify(**event.payload)


@ward_tasks
def ward_criticals(user: Person, ids: Collection[int]) -> Iterable[WardTask]:
    """Critical values of the patients that nobody has read back."""
    for critical in CriticalValue.objects.open().visible_to(user).filter(patient__in=ids):
        text = f"{critical.value} {critical.unit}".strip()
        yield WardTask(
            patient_id=critical.patient_id,
            kind=WardTaskKind.CRITICAL,
            id=critical.pk,
            label={language: f"{name} {text}" for language, name in critical.name.items()},
            state=critical.flag,
            at=critical.at,
            urgent=True,
        )


@subscribe(ORDER_MOVED, queue="django_tasks")
def announce_report(event: Event) -> None:
    report_announce(event.payload["order_id"])


@subscribe(ORDER_AMENDED, queue="django_tasks")
def announce_correction(event: Event) -> None:
    report_announce(event.payload["order_id"])


@subscribe(REPORT_SEND, queue="django_tasks", max_attempts=DAYS_OF_ATTEMPTS)
def send_report(event: Event) -> None:
    report_send(event.payload["order_id"])
