"""What this app does when something happened, and its parts of a ward's work."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.choices import WardTaskKind
from emr.selectors.ward_board import WardTask, ward_tasks
from ris.choices import CRITICAL_NAMES
from ris.events import REPORT_CRITICAL
from ris.reports import critical_calls as criticals


@subscribe(REPORT_CRITICAL, queue="django_tasks")
def alert_critical(event: Event) -> None:
    criticals.critical_notify(**event.payload)


@ward_tasks
def ward_criticals(user: Person, ids: Collection[int]) -> Iterable[WardTask]:
    """Critical results of the patients' images that nobody has read back."""
    for critical in criticals.criticals_waiting(user).filter(report__patient__in=ids):
        yield WardTask(
            patient_id=critical.report.patient_id,
            kind=WardTaskKind.CRITICAL,
            id=critical.pk,
            label=CRITICAL_NAMES[critical.category],
            state=critical.category,
            at=critical.at,
            urgent=True,
        )
