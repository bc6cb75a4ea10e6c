"""The audit records about patients: of one alone, and lists that showed several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from audit.choices import Outcome
from audit.models import AuditLog, ShownPatient
from common.person import Person

_OF_PATIENTS = (
    "SELECT id FROM ("
    "SELECT id FROM audit_auditlog WHERE patient_id IN ({marks})"
    " UNION SELECT log_id FROM audit_shownpatient WHERE patient_id IN ({marks})"
    ") AS found"
)
"""Two parts that have an index each, in a table of its own: MySQL evaluates IN over a bare UNION,
and an OR over two tables, for each record of the log."""


former_ids: list[Callable[[Collection[int]], Iterable[int]]] = []
"""The keys under which the same people were recorded before; the app of the patients adds its own.

No record is ever rewritten: merged patients are found by all keys that they had.
"""


def logs_of_patients(
    logs: QuerySet[AuditLog, AuditLog], patient_ids: Collection[int]
) -> QuerySet[AuditLog, AuditLog]:
    """Among the ``logs``; of merged records too."""
    return logs.filter(about_patients(patient_ids))


def about_patients(patient_ids: Collection[int]) -> Q:
    """Condition on logs: about any of these patients, or a list that showed them."""
    ids = [*patient_ids, *(pk for of in former_ids for pk in of(patient_ids))]
    query = _OF_PATIENTS.format(marks=", ".join(["%s"] * len(ids)) or "NULL")
    found = RawSQL(query, [*ids, *ids])  # noqa: S611  (marks of parameters only)
    return Q(pk__in=found)


def logs_visible_to(user: Person) -> QuerySet[AuditLog]:
    """All of them, for who reads the record."""
    return AuditLog.objects.visible_to(user, "view_audit")


def patients_of(log: AuditLog) -> list[int]:
    """Whose data it shows."""
    one = [log.patient_id] if log.patient_id is not None else []
    return [*one, *(pk for pk in _shown(log.detail) if isinstance(pk, int))]


def reads_of(
    user_id: int, patient_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[AuditLog, AuditLog]:
    """What the user did with the patient's data in that time, oldest first."""
    theirs = AuditLog.objects.filter(
        actor_id=user_id, outcome=Outcome.OK, occurred_at__gte=since, occurred_at__lte=until
    )
    return logs_of_patients(theirs, patient_ids).order_by("occurred_at", "pk")


def accesses_of(
    patient_ids: Collection[int], *, not_by: int | None
) -> QuerySet[AuditLog, AuditLog]:
    """What people did with the patient's data, the newest first, without that one person."""
    theirs = AuditLog.objects.filter(outcome=Outcome.OK, actor_id__isnull=False)
    others = theirs.exclude(actor_id=not_by) if not_by is not None else theirs
    return logs_of_patients(others, patient_ids).order_by("-pk")


def misnamed(logs: Sequence[AuditLog]) -> list[int]:
    """The ids of those for which the index names others than the patients whom they showed."""
    indexed: dict[int, list[int]] = defaultdict(list)
    rows = ShownPatient.objects.filter(log__in=[log.pk for log in logs])
    for log_id, patient_id in rows.order_by("patient_id").values_list("log_id", "patient_id"):
        indexed[log_id].append(patient_id)
    return [log.pk for log in logs if _shown(log.detail) != indexed[log.pk]]


def _shown(detail: Any) -> Any:
    """As the record has them, in order: what is no list is no index's either."""
    return detail.get("patients", []) if isinstance(detail, dict) else []
