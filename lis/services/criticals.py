"""Critical values: the snapshot, whom it is told to, and who confirmed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ErrorCode, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors as patients
from lis import selectors
from lis.analytes import analytes
from lis.choices import CRITICAL, Flag
from lis.events import CRITICAL_FOUND
from lis.models import CriticalAttempt, CriticalEscalation, CriticalValue
from ocs import selectors as orders
from rbac.permissions import Permission

MOST_ESCALATIONS = 12
ONE_RUN = timedelta(seconds=30)
"""People who are alerted within it were alerted together."""


def criticals_snapshot(*, order: Any, values: dict[str, Any]) -> None:
    """Keep each critical value of a result once, in the caller's transaction."""
    for item in values.get("analytes", ()):
        if item.get("flag") not in CRITICAL:
            continue
        analyte = analytes()[item["code"]]
        low = item["flag"] == Flag.CRITICAL_LOW
        limit = analyte.critical_low if low else analyte.critical_high
        critical, created = CriticalValue.objects.get_or_create(
            order_id=order.pk,
            code=item["code"],
            value=str(item["value"]),
            defaults={  # type: ignore[misc]
                "patient_id": order.patient_id,
                "name": analyte.name,
                "unit": item["unit"],
                "flag": item["flag"],
                "limit": limit,
            },
        )
        if created:
            publish(
                CRITICAL_FOUND,
                aggregate=f"critical:{critical.pk}",
                payload={"critical_id": critical.pk},
            )


def escalation_at(at: datetime, now: datetime) -> datetime | None:
    """When people are next told of a value of ``at`` that nobody has confirmed; None: never."""
    step = timedelta(minutes=settings.CRITICAL_ESCALATION_MINUTES)
    turn = (now - at) // step + 1
    return at + turn * step if turn <= MOST_ESCALATIONS else None


def criticals_open_summary(*, actor: Person) -> dict[str, Any]:
    """How many values wait and since when, the last escalation and the next; of no patient."""
    now = timezone.now()
    open_ones = selectors.criticals_waiting(actor).order_by()
    waiting = list(open_ones.values_list("at", flat=True))
    coming = [at for at in (escalation_at(each, now) for each in waiting) if at]
    told = CriticalEscalation.objects.filter(critical__in=open_ones.values("pk"))
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
def attempt_add(
    *, actor: Person, critical_id: int, told: str, how: str, outcome: str
) -> CriticalValue:
    """Note a call. Raises NotFound, PermissionDenied, BusinessError (confirmed already)."""
    critical = selectors.critical_get(actor, critical_id)
    if not actor.has_permission(Permission.CRITICAL_RESULT):
        raise PermissionDenied(f"needs {Permission.CRITICAL_RESULT}")
    locked = CriticalValue.objects.select_for_update().get(pk=critical.pk)
    if not CriticalValue.objects.open().filter(pk=locked.pk).exists():
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "confirmed already", "outcome")
    CriticalAttempt.objects.create(
        critical=locked, told=told, how=how, outcome=outcome, by_id=actor.pk
    )
    audit.record(
        actor=actor,
        action="critical.attempt",
        object_type="critical",
        object_id=critical.pk,
        patient_id=critical.patient_id,
        permission=Permission.CRITICAL_RESULT,
        detail={"outcome": outcome},
    )
    return selectors.critical_get(actor, critical_id)


@transaction.atomic
def critical_notify(*, critical_id: int) -> None:
    """Alert the orderer at once; where there is none any more, all whom the escalation tells."""
    critical = selectors.critical_for_handler(critical_id)
    for user in _people(critical, wide=False):
        _alert(user, critical, Kind.CRITICAL_RESULT, 0)


@transaction.atomic
def criticals_escalate() -> None:
    """Alert again while nobody has confirmed: the orderer first, then the team and administrators.

    Which round it is follows from the age of the value, so that a run that was missed or doubled
    changes nothing.
    """
    step = settings.CRITICAL_ESCALATION_MINUTES * 60
    now = timezone.now()
    oldest = now - timedelta(seconds=step * (MOST_ESCALATIONS + 1))
    for critical in selectors.criticals_open().filter(at__gte=oldest):
        turn = int((now - critical.at).total_seconds() // step)
        if 1 <= turn <= MOST_ESCALATIONS:
            for user in _people(critical, wide=turn > 1):
                CriticalEscalation.objects.get_or_create(critical=critical, turn=turn, to=user)
                _alert(user, critical, Kind.CRITICAL_UNCONFIRMED, turn)


def _people(critical: CriticalValue, *, wide: bool) -> list[Any]:
    found = {user.pk: user for user in orders.orderer_of(critical.order)}
    if wide or not found:
        team = {member.user_id for member in patients.care_team(critical.patient_id)}
        told = accounts.users_with(Permission.CRITICAL_RESULT).filter(pk__in=team)
        for user in (*told, *accounts.users_with(Permission.OPERATE)):
            found[user.pk] = user
    return list(found.values())


def _alert(user: Any, critical: CriticalValue, kind: Kind, turn: int) -> None:
    alerts.notify(
        user_id=user.pk,
        kind=kind,
        dedup_key=f"critical:{critical.pk}:{turn}",
        params={"order_id": critical.order_id},
        link="/lab/critical",
    )
