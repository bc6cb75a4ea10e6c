"""What this app does when something happened, its rule of results, its parts of a patient."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.selectors.patient_summary import summary_part
from emr.selectors.timeline import timeline_source
from lis import selectors
from lis.events import CRITICAL_FOUND
from lis.serializers import CriticalOut, LabValueOut
from lis.services.criticals import critical_notify
from lis.services.releases import result_taken
from ocs.services.results import result_rule
from rbac.permissions import Permission

SUMMARISED = 20
FLAGGED_WITHIN = timedelta(days=90)

for job_type in ("BLOOD", "GENETIC", "PROTEIN"):
    result_rule(job_type)(result_taken)


@subscribe(CRITICAL_FOUND, queue="django_tasks")
def alert_critical(event: Event) -> None:
    critical_notify(**event.payload)


@summary_part("criticals", Permission.CRITICAL_RESULT, CriticalOut)
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
    described=lambda row: (row.order.job_type, "amended" if row.number > 1 else ""),
    ref="order_id",
)
def results_of(user: Person, patient: Any) -> QuerySet[Any]:
    return selectors.results_out(user).filter(order__patient=patient)
