"""The audit records about one person and one patient."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from audit.choices import Outcome
from audit.models import AuditLog


def reads_of(
    user_id: int, patient_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[AuditLog, AuditLog]:
    """What the user did with the patient's data in that time, oldest first."""
    logs = AuditLog.objects.filter(actor_id=user_id, patient_id__in=patient_ids, outcome=Outcome.OK)
    return logs.filter(occurred_at__gte=since, occurred_at__lte=until).order_by("occurred_at", "pk")
