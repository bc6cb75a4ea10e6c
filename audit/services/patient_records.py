"""The audit records about patients: of one alone, and lists that showed several."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from audit.choices import Outcome
from audit.models import AuditLog, ShownPatient


def logs_of_patients(
    logs: QuerySet[AuditLog, AuditLog], patient_ids: Collection[int]
) -> QuerySet[AuditLog, AuditLog]:
    """Among the ``logs``. The ids of lists are read first: both parts of the OR have an index."""
    lists = ShownPatient.objects.filter(patient_id__in=patient_ids, log__in=logs.order_by())
    shown = lists.values_list("log_id", flat=True)
    return logs.filter(Q(patient_id__in=patient_ids) | Q(pk__in=list(shown)))


def reads_of(
    user_id: int, patient_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[AuditLog, AuditLog]:
    """What the user did with the patient's data in that time, oldest first."""
    theirs = AuditLog.objects.filter(
        actor_id=user_id, outcome=Outcome.OK, occurred_at__gte=since, occurred_at__lte=until
    )
    return logs_of_patients(theirs, patient_ids).order_by("occurred_at", "pk")
