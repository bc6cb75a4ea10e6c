"""Critical values: the snapshot, whom it is told to, and who confirmed it."""

from __future__ import annotations

from typing import Any

from alert.choices import Kind
from common.outbox.services import publish
from common.person import Person
from lis import selectors
from lis.analytes import analytes
from lis.choices import CRITICAL, Flag
from lis.events import CRITICAL_FOUND
from lis.models import CriticalValue
from lis.services.critical_calls import Calls

_calls = Calls(
    model=CriticalValue,
    name="critical",
    first=Kind.CRITICAL_RESULT,
    again=Kind.CRITICAL_UNCONFIRMED,
    about=lambda critical: {"order_id": critical.order_id},
    link="/lab/critical",
)


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


def criticals_open_summary(*, actor: Person) -> dict[str, Any]:
    return _calls.summary(selectors.criticals_waiting(actor).order_by())


def attempt_add(*, actor: Person, critical_id: int, **call: str) -> CriticalValue:
    """``told``, ``how``, ``outcome``. Raises NotFound, PermissionDenied, BusinessError."""
    _calls.attempt_add(actor, selectors.critical_get(actor, critical_id), **call)
    return selectors.critical_get(actor, critical_id)


def critical_notify(*, critical_id: int) -> None:
    _calls.notify(selectors.critical_for_handler(critical_id))


def criticals_escalate() -> None:
    _calls.escalate(selectors.criticals_open())
