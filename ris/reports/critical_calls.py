"""Critical results of imaging: flagged, told to people, and told again until one reads back.

The rules of the laboratory's critical values (``lis.services.criticals``) hold here too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, NotFound, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors as patients
from lis.services.criticals import MOST_ESCALATIONS, ONE_RUN, escalation_at
from ocs import selectors as orders
from rbac.permissions import Permission
from ris.events import REPORT_CRITICAL
from ris.models import CriticalReport, CriticalReportAttempt, CriticalReportEscalation
from ris.reports import selectors


def criticals_visible_to(user: Person) -> QuerySet[CriticalReport]:
    rows = CriticalReport.objects.visible_to(user)
    return rows.select_related("report__study", "report__patient", "by").prefetch_related(
        "attempts__by", "escalations__to"
    )


def criticals_waiting(user: Person) -> QuerySet[CriticalReport]:
    """Those that the person sees and nobody has read back."""
    return criticals_visible_to(user).filter(pk__in=CriticalReport.objects.open().values("pk"))


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
    _record(actor, critical, "critical_report.flag", {"category": category})
    payload = {"critical_id": critical.pk}
    publish(REPORT_CRITICAL, aggregate=f"critical_report:{critical.pk}", payload=payload)
    return critical_get(actor, critical.pk)


@transaction.atomic
def attempt_add(
    *, actor: Person, critical_id: int, told: str, how: str, outcome: str
) -> CriticalReport:
    """Note a call. Raises NotFound, PermissionDenied, BusinessError (confirmed already)."""
    critical = critical_get(actor, critical_id)
    if not actor.has_permission(Permission.CRITICAL_RESULT):
        raise PermissionDenied(f"needs {Permission.CRITICAL_RESULT}")
    locked = CriticalReport.objects.select_for_update().get(pk=critical.pk)
    if not CriticalReport.objects.open().filter(pk=locked.pk).exists():
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "confirmed already", "outcome")
    CriticalReportAttempt.objects.create(
        critical=locked, told=told, how=how, outcome=outcome, by_id=actor.pk
    )
    _record(actor, critical, "critical_report.attempt", {"outcome": outcome})
    return critical_get(actor, critical_id)


def criticals_open_summary(*, actor: Person) -> dict[str, Any]:
    """How many wait and since when, the last escalation and the next; of no patient."""
    now = timezone.now()
    rows = CriticalReport.objects.visible_to(actor).open().order_by()
    waiting = list(rows.values_list("at", flat=True))
    coming = [at for at in (escalation_at(each, now) for each in waiting) if at]
    told = CriticalReportEscalation.objects.filter(critical__in=rows.values("pk"))
    last = told.order_by("pk").last() if waiting else None
    names = told.filter(at__gt=last.at - ONE_RUN) if last else told.none()
    return {
        "count": len(waiting),
        "since": min(waiting, default=None),
        "escalated_at": last and last.at,
        "escalated_to": list(dict.fromkeys(names.values_list("to__full_name", flat=True))),
        "escalates_at": min(coming, default=None),
    }


@transaction.atomic
def critical_notify(*, critical_id: int) -> None:
    """Alert the orderer at once; without one, all whom the escalation tells.

    Nobody if it was read back meanwhile.
    """
    for critical in _with_order().filter(pk=critical_id):
        for user in _people(critical, wide=False):
            _alert(user, critical, Kind.CRITICAL_REPORT, 0)


@transaction.atomic
def criticals_escalate() -> None:
    """Alert again while nobody has confirmed: the orderer first, then the team and administrators.

    Which round it is follows from the age, so that a run that was missed or doubled changes
    nothing.
    """
    step = settings.CRITICAL_ESCALATION_MINUTES * 60
    now = timezone.now()
    oldest = now - timedelta(seconds=step * (MOST_ESCALATIONS + 1))
    for critical in _with_order().filter(at__gte=oldest):
        turn = int((now - critical.at).total_seconds() // step)
        if 1 <= turn <= MOST_ESCALATIONS:
            for user in _people(critical, wide=turn > 1):
                CriticalReportEscalation.objects.get_or_create(
                    critical=critical, turn=turn, to=user
                )
                _alert(user, critical, Kind.CRITICAL_REPORT_UNCONFIRMED, turn)


def _with_order() -> QuerySet[CriticalReport]:
    """Those that wait; for handlers and tasks, not filtered by rights."""
    return CriticalReport.objects.open().select_related("report__study__order").order_by("id")


def _people(critical: CriticalReport, *, wide: bool) -> list[Any]:
    order = critical.report.study.order
    found = {user.pk: user for user in (orders.orderer_of(order) if order else ())}
    if wide or not found:
        team = {member.user_id for member in patients.care_team(critical.report.patient_id)}
        told = accounts.users_with(Permission.CRITICAL_RESULT).filter(pk__in=team)
        for user in (*told, *accounts.users_with(Permission.OPERATE)):
            found[user.pk] = user
    return list(found.values())


def _alert(user: Any, critical: CriticalReport, kind: Kind, turn: int) -> None:
    study = critical.report.study
    alerts.notify(
        user_id=user.pk,
        kind=kind,
        dedup_key=f"critical_report:{critical.pk}:{turn}",
        params={"study_id": study.pk},
        link=f"/studies/{study.study_instance_uid}/report",
    )


def _record(actor: Person, critical: CriticalReport, action: str, detail: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="critical_report",
        object_id=critical.pk,
        patient_id=critical.report.patient_id,
        permission=Permission.CRITICAL_RESULT,
        detail=detail,
    )
