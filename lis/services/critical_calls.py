"""Critical results of any department: told to people, and told again until one reads back.

Which round of telling it is follows from the age of the result, so that a run that was missed or
doubled changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ErrorCode, PermissionDenied
from common.person import Person
from emr import selectors as patients
from ocs import selectors as orders
from rbac.permissions import Permission

MOST_ESCALATIONS = 12
ONE_RUN = timedelta(seconds=30)
"""People who are alerted within it were alerted together."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The critical results of a department, which have ``order``, ``patient_id`` and ``at``.

    ``name``: of the object in the audit record. ``first``, ``again``: the alerts at once and while
    nobody confirms; ``about``: their ids; ``link``: the page that they lead to.
    """

    model: Any
    name: str
    first: Kind
    again: Kind
    about: Callable[[Any], dict[str, Any]]
    link: str

    def attempt_add(self, actor: Person, critical: Any, **call: str) -> None:
        """Note a call. Raises PermissionDenied, BusinessError (confirmed already)."""
        if not actor.has_permission(Permission.CRITICAL_RESULT):
            raise PermissionDenied(f"needs {Permission.CRITICAL_RESULT}")
        with transaction.atomic():
            self.model.objects.select_for_update().get(pk=critical.pk)
            if not self.model.objects.open().filter(pk=critical.pk).exists():
                raise BusinessError(ErrorCode.INVALID_TRANSITION, "confirmed already", "outcome")
            critical.attempts.create(by_id=actor.pk, **call)
            self.record(actor, critical, "attempt", {"outcome": call["outcome"]})

    def record(self, actor: Person, critical: Any, step: str, detail: dict[str, Any]) -> None:
        audit.record(
            actor=actor,
            action=f"{self.name}.{step}",
            object_type=self.name,
            object_id=critical.pk,
            patient_id=critical.patient_id,
            permission=Permission.CRITICAL_RESULT,
            detail=detail,
        )

    def summary(self, waiting: QuerySet[Any]) -> dict[str, Any]:
        """How many wait and since when, the last escalation and the next; of no patient."""
        now = timezone.now()
        since = list(waiting.values_list("at", flat=True))
        coming = [at for at in (escalation_at(each, now) for each in since) if at]
        escalation = self.model._meta.get_field("escalations").related_model
        told = escalation.objects.filter(critical__in=waiting.values("pk"))
        last = told.order_by("pk").last() if since else None
        names = told.filter(at__gt=last.at - ONE_RUN) if last else told.none()
        return {
            "count": len(since),
            "since": min(since, default=None),
            "escalated_at": last and last.at,
            "escalated_to": list(dict.fromkeys(names.values_list("to__full_name", flat=True))),
            "escalates_at": min(coming, default=None),
        }

    def notify(self, critical: Any) -> None:
        """Alert the orderer at once; where there is none, all whom the escalation tells."""
        for user in _people(critical, wide=False):
            self._alert(user, critical, self.first, 0)

    @transaction.atomic
    def escalate(self, waiting: QuerySet[Any]) -> None:
        """Alert again: the orderer first, then the team and administrators."""
        step = timedelta(minutes=settings.CRITICAL_ESCALATION_MINUTES)
        now = timezone.now()
        for critical in waiting.filter(at__gte=now - step * (MOST_ESCALATIONS + 1)):
            turn = (now - critical.at) // step
            if 1 <= turn <= MOST_ESCALATIONS:
                for user in _people(critical, wide=turn > 1):
                    critical.escalations.get_or_create(turn=turn, to=user)
                    self._alert(user, critical, self.again, turn)

    def _alert(self, user: Any, critical: Any, kind: Kind, turn: int) -> None:
        alerts.notify(
            user_id=user.pk,
            kind=kind,
            dedup_key=f"{self.name}:{critical.pk}:{turn}",
            params=self.about(critical),
            link=self.link,
        )


def escalation_at(at: datetime, now: datetime) -> datetime | None:
    """When people are next told of a result of ``at`` that nobody has confirmed; None: never."""
    step = timedelta(minutes=settings.CRITICAL_ESCALATION_MINUTES)
    turn = (now - at) // step + 1
    return at + turn * step if turn <= MOST_ESCALATIONS else None


def _people(critical: Any, *, wide: bool) -> list[Any]:
    found = {
        user.pk: user for user in (orders.orderer_of(critical.order) if critical.order else ())
    }
    if wide or not found:
        team = {member.user_id for member in patients.care_team(critical.patient_id)}
        told = accounts.users_with(Permission.CRITICAL_RESULT).filter(pk__in=team)
        for user in (*told, *accounts.users_with(Permission.OPERATE)):
            found[user.pk] = user
    return list(found.values())
