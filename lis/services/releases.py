"""Entering, verifying and amending a result: each a version, of which the verified one is out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from lis import selectors
from lis.choices import ResultState
from lis.models import LabValue, ResultVersion
from lis.services.criticals import criticals_snapshot
from lis.services.typed_results import ROWS, CheckedRow, Result, refined, rows_checked
from ocs import selectors as orders, services as ocs
from ocs.services.results import schema_check
from rbac.permissions import Permission

_BEFORE_WORK = {"ORDERED": ["ACCEPTED", "IN_PROGRESS"], "ACCEPTED": ["IN_PROGRESS"]}
OUT = ("RESULT_READY", "CONFIRMED")


@transaction.atomic
def result_enter(
    *, actor: Person, order_id: int, result: Result, reason: str = "", source: str = "manual"
) -> ResultVersion:
    """A new version that waits for verification; an order not yet begun is begun.

    A result that is out is amended so, with a reason.
    Raises NotFound, PermissionDenied, BusinessError (cancelled), InvalidInput.
    """
    order = selectors.lab_order_get(actor, order_id)
    if not actor.has_permission(Permission.ENTER_LAB_RESULT):
        raise PermissionDenied(f"a laboratory result needs {Permission.ENTER_LAB_RESULT}")
    ocs.order_lock(order)
    if order.status == "CANCELLED":
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "the order is cancelled", "status")
    if order.status in OUT and not reason:
        raise InvalidInput(ErrorCode.VALIDATION, "an amendment has a reason", "reason")
    schema_check(order.job_type, result)
    values = refined(order, result)
    for step in _BEFORE_WORK.get(order.status, ()):
        ocs.order_transition(actor=actor, order_id=order.pk, to_status=step)
    waiting = ResultVersion.objects.filter(order=order.pk, state=ResultState.ENTERED)
    waiting.update(state=ResultState.SUPERSEDED)
    version = _version(order, actor, result, values, source=source, reason=reason)
    criticals_snapshot(order=order, values=values)
    _record(version, order, actor, "lab_result.enter", Permission.ENTER_LAB_RESULT)
    return version


def result_check(*, actor: Person, order_id: int, result: Result) -> list[CheckedRow]:
    """What the rows of a result would be. Raises NotFound, PermissionDenied, InvalidInput."""
    order = selectors.lab_order_get(actor, order_id)
    if not actor.has_permission(Permission.ENTER_LAB_RESULT):
        raise PermissionDenied(f"a laboratory result needs {Permission.ENTER_LAB_RESULT}")
    found = list(rows_checked(order, result))
    audit.record(
        actor=actor,
        action="lab_result.check",
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=Permission.ENTER_LAB_RESULT,
    )
    return found


def row_key(job_type: str, row: Result) -> tuple[str, ...]:
    """By what a row of a result is the same as one before."""
    if job_type == "GENETIC":
        return row["gene"].upper(), row.get("hgvs") or row.get("finding", "")
    return (row["code" if job_type == "BLOOD" else "marker"],)


def rows_present(order: Any) -> set[tuple[str, ...]]:
    """The keys of the rows of the result so far."""
    before, _ = _so_far(order)
    return {row_key(order.job_type, row) for row in before.get(ROWS.get(order.job_type, ""), ())}


def merged(
    order: Any, rows: list[Result], *, comment: str = "", genes: Collection[str] = ()
) -> tuple[Result, bool]:
    """``rows`` over those of the result so far, and whether others of it are unverified.

    Of ``genes`` nothing that was there before stays. The order is locked until the caller's
    transaction ends, so that of two at once none is lost.
    """
    before, out = _so_far(order)
    name = ROWS[order.job_type]
    given = {row_key(order.job_type, row) for row in rows}
    kept = [
        row
        for row in before.get(name, ())
        if row_key(order.job_type, row) not in given and row.get("gene", "").upper() not in genes
    ]
    others = {part: value for part, value in before.items() if part != name}
    unverified = any(out.get(part) != value for part, value in others.items())
    unverified |= any(row not in out.get(name, ()) for row in kept)
    said = others.get("comment", "")
    if comment not in said:
        others["comment"] = f"{said}\n{comment}".strip()
    return others | {name: [*kept, *rows]}, unverified


def _so_far(order: Any) -> tuple[Result, Result]:
    """What was entered of the version that waits, else of the one that is out; and of that one."""
    ocs.order_lock(order)
    states = (ResultState.VERIFIED, ResultState.ENTERED)
    rows = ResultVersion.objects.filter(order=order.pk, state__in=states).order_by("number")
    found: dict[str, Result] = {row.state: row.entered for row in rows}
    out = found.get(ResultState.VERIFIED, {})
    return found.get(ResultState.ENTERED, out), out


def _version(
    order: Any, actor: Person, entered: Result, values: Result, **fields: Any
) -> ResultVersion:
    number = ResultVersion.objects.filter(order=order.pk).count() + 1
    version: ResultVersion = ResultVersion.objects.create(
        order_id=order.pk,
        number=number,
        entered=entered,
        values=values,
        entered_by_id=actor.pk,
        **fields,
    )
    return version


@transaction.atomic
def result_verify(*, actor: Person, version_id: int) -> ResultVersion:
    """Let a version out as the order's result; somebody else than who entered it does so.

    Raises NotFound, PermissionDenied, BusinessError (superseded or verified already).
    """
    version = selectors.version_get(actor, version_id)
    order = selectors.lab_order_get(actor, version.order_id)
    if not orders.may_step(actor, order, "CONFIRMED"):
        raise PermissionDenied(f"to verify needs {Permission.CONFIRM_ORDER}")
    if version.entered_by_id == actor.pk:
        raise PermissionDenied("another person verifies what you entered")
    ocs.order_lock(order)
    version.refresh_from_db()
    if version.state != ResultState.ENTERED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"verify {version.state}", "state")
    version_release(version=version, order=order, verifier=actor)
    _record(version, order, actor, "lab_result.verify", Permission.CONFIRM_ORDER)
    return version


@transaction.atomic
def result_return(*, actor: Person, version_id: int, reason: str) -> ResultVersion:
    """Send a version back, to be entered anew. Raises NotFound, PermissionDenied, BusinessError."""
    version = selectors.version_get(actor, version_id)
    order = selectors.lab_order_get(actor, version.order_id)
    if not orders.may_step(actor, order, "CONFIRMED"):
        raise PermissionDenied(f"to return a result needs {Permission.CONFIRM_ORDER}")
    ocs.order_lock(order)
    version.refresh_from_db()
    if version.state != ResultState.ENTERED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"return {version.state}", "state")
    version.state, version.return_reason = ResultState.RETURNED, reason
    version.returned_by_id, version.returned_at = actor.pk, timezone.now()
    version.save(update_fields=["state", "return_reason", "returned_by", "returned_at"])
    _record(version, order, actor, "lab_result.return", Permission.CONFIRM_ORDER)
    return version


def version_release(*, version: ResultVersion, order: Any, verifier: Person | None) -> None:
    """The version becomes the order's result. ``verifier`` None: the sender has verified it."""
    earlier = ResultVersion.objects.filter(order=order.pk, state=ResultState.VERIFIED)
    earlier.update(state=ResultState.SUPERSEDED)
    version.state = ResultState.VERIFIED
    version.verified_by_id = verifier.pk if verifier else None
    version.verified_at = timezone.now()
    version.save(update_fields=["state", "verified_by", "verified_at"])
    step: dict[str, Any] = {
        "actor": verifier or version.entered_by,
        "order_id": order.pk,
        "result": version.entered,
        "by_right_of": "CONFIRMED" if verifier else "RESULT_READY",
    }
    if order.status in OUT:
        ocs.order_result_amend(reason=version.reason, **step)
    else:
        ocs.order_transition(to_status="RESULT_READY", **step)
    order.refresh_from_db()


def result_taken(order: Any, result: Result) -> Result:
    """The rule of laboratory results (``ocs.services.results``): whatever comes out passes here.

    Raises BusinessError for one that no verified version holds: nobody else has looked at it.
    """
    verified = ResultVersion.objects.filter(order=order.pk, state=ResultState.VERIFIED).first()
    if verified is None or verified.entered != result:
        raise BusinessError(ErrorCode.UNVERIFIED_RESULT, f"order {order.pk}", "result")
    values = refined(order, result)
    values_keep(order, values)
    criticals_snapshot(order=order, values=values)
    return values


def values_keep(order: Any, values: Result) -> None:
    """The numbers of a result for trends; those of the version before are no longer current."""
    LabValue.objects.filter(order=order.pk, current=True).update(current=False)
    LabValue.objects.bulk_create(value_rows(order, values, timezone.now()))


def value_rows(order: Any, values: Result, at: datetime) -> list[LabValue]:
    return [
        LabValue(
            order_id=order.pk,
            patient_id=order.patient_id,
            code=item["code"],
            value=item["value"] if not isinstance(item["value"], str) else None,
            text=str(item["value"]),
            unit=item["unit"],
            low=item.get("low"),
            high=item.get("high"),
            flag=item.get("flag", ""),
            at=at,
        )
        for item in values.get("analytes", ())
    ]


def _record(
    version: ResultVersion, order: Any, actor: Person, action: str, permission: Permission
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=permission,
        detail={"version": version.number, "source": version.source},
    )
