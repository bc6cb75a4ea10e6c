"""What this app does when something happened, its rule of results, its parts of a patient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.choices import WardTaskKind
from emr.selectors.patient_summary import summary_part
from emr.selectors.timeline import timeline_source
from emr.selectors.ward_board import WardTask, ward_tasks
from lis import selectors
from lis.events import CRITICAL_FOUND, REPORT_SEND
from lis.models import CriticalValue
from lis.serializers import CriticalOut, LabValueOut
from lis.services.criticals import critical_notify
from lis.services.openemr_reports import report_announce, report_send
from lis.services.releases import OUT, result_taken
from ocs.events import ORDER_AMENDED, ORDER_MOVED
from ocs.services.results import result_rule
from openemr.outage import DAYS_OF_ATTEMPTS
from rbac.permissions import Permission

SUMMARISED = 20
FLAGGED_WITHIN = timedelta(days=90)

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


def _is_out(payload: Mapping[str, Any]) -> bool:
    return payload["to_status"] in OUT


@subscribe(ORDER_MOVED, queue="django_tasks", wants=_is_out)
def announce_report(event: Event) -> None:
    report_announce(event.payload["order_id"])


@subscribe(ORDER_AMENDED, queue="django_tasks")
def announce_correction(event: Event) -> None:
    report_announce(event.payload["order_id"])


@subscribe(REPORT_SEND, queue="django_tasks", max_attempts=DAYS_OF_ATTEMPTS)
def send_report(event: Event) -> None:
    report_send(event.payload["order_id"])


@summary_part("criticals", Permission.VIEW_ORDER, CriticalOut)
def criticals_of(user: Person, patient: Any) -> list[Any]:
    return list(selectors.criticals_open_of(user, patient.pk)[:SUMMARISED])


@summary_part("flagged", Permission.VIEW_ORDER, LabValueOut)
def values_flagged(user: Person, patient: Any) -> list[Any]:
    """Outside their range in the last 90 days."""
    rows = selectors.values_visible_to(user).filter(patient=patient).exclude(flag="")
    return list(rows.filter(at__gte=timezone.now() - FLAGGED_WITHIN)[:SUMMARISED])


@timeline_source(
    "result",
    at="verified_at",
    described=lambda row: (row.order.job_type, "amended" if row.amends else ""),
    ref="order_id",
)
def results_of(user: Person, patient: Any) -> QuerySet[Any]:
    return selectors.results_out(user).filter(order__patient=patient)
