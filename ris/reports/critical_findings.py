"""Critical results of imaging: flagged, told to people, and told again until one reads back.

The rules of telling are the laboratory's too (``lis.services.critical_calls``).
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from alert.choices import Kind
from common.errors import ConflictError, ErrorCode, NotFound, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from lis.services.critical_calls import Calls
from rbac.permissions import Permission
from ris.events import REPORT_CRITICAL
from ris.models import CriticalReport, CriticalReportAttempt
from ris.reports import selectors

_calls = Calls(
    model=CriticalReport,
    name="critical_report",
    first=Kind.CRITICAL_REPORT,
    again=Kind.CRITICAL_REPORT_UNCONFIRMED,
    about=lambda critical: {"study_id": critical.report.study_id},
    link="/critical-results",
)


def criticals_visible_to(user: Person) -> QuerySet[CriticalReport]:
    rows = CriticalReport.objects.visible_to(user)
    related = ("report__study__order__ordered_by", "report__patient", "by")
    return rows.select_related(*related).prefetch_related("attempts__by", "escalations__to")


def criticals_waiting(user: Person) -> QuerySet[CriticalReport]:
    """Those that the person sees and nobody has read back."""
    return criticals_visible_to(user).filter(pk__in=CriticalReport.objects.open().values("pk"))


def attempts_visible_to(user: Person) -> QuerySet[Any]:
    """To tell somebody."""
    rows = CriticalReportAttempt.objects.visible_to(user)
    return rows.select_related("critical__report__study__order", "by")


def critical_get(user: Person, critical_id: int) -> CriticalReport:
    """Raises NotFound."""
    found = criticals_visible_to(user).filter(pk=critical_id).first()
    if found is None:
        raise NotFound(ErrorCode.REPORT_NOT_FOUND, f"critical result {critical_id}", "id")
    return found


@transaction.atomic
def report_flag(*, actor: Person, report_id: int, category: str, note: str = "") -> CriticalReport:
    """Say that a report, of any status, is critical: people are alerted at once.

    Raises NotFound, PermissionDenied, ConflictError (flagged already).
    """
    report = selectors.report_get(actor, report_id)
    if not (selectors.sees_drafts(actor) and actor.has_permission(Permission.CRITICAL_RESULT)):
        raise PermissionDenied(f"needs {Permission.CRITICAL_RESULT}")
    try:
        with transaction.atomic():
            critical = CriticalReport.objects.create(
                report=report, category=category, note=note, by_id=actor.pk
            )
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "flagged already", "report") from None
    _calls.record(actor, critical, "flag", {"category": category})
    payload = {"critical_id": critical.pk}
    publish(REPORT_CRITICAL, aggregate=f"critical_report:{critical.pk}", payload=payload)
    return critical_get(actor, critical.pk)


def attempt_add(*, actor: Person, critical_id: int, **call: str) -> CriticalReport:
    """``told``, ``how``, ``outcome``. Raises NotFound, PermissionDenied, BusinessError."""
    _calls.attempt_add(actor, critical_get(actor, critical_id), **call)
    return critical_get(actor, critical_id)


def criticals_open_summary(*, actor: Person) -> dict[str, Any]:
    return _calls.summary(CriticalReport.objects.visible_to(actor).open().order_by())


@transaction.atomic
def critical_notify(*, critical_id: int) -> None:
    """Nobody if it was read back meanwhile."""
    for critical in _with_order().filter(pk=critical_id):
        _calls.notify(critical)


def criticals_escalate() -> None:
    _calls.escalate(_with_order())


def _with_order() -> QuerySet[CriticalReport]:
    """Those that wait; for handlers and tasks, not filtered by rights."""
    return CriticalReport.objects.open().select_related("report__study__order").order_by("id")
