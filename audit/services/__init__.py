"""Writes audit records: to the table, or to the crash-safe buffer for DICOMweb requests.

``buffer`` moves buffered records to the table, ``bursts`` packs the requests of a viewer into one
record, ``chain`` seals the records, ``heads`` signs what is sealed, ``verification`` compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import redis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from audit.choices import Outcome
from audit.events import BROKEN
from audit.models import AuditLog, ShownPatient
from audit.services.entry_mac import signed
from audit.services.glass import right_used
from common import context
from common.errors import ErrorCode, ExternalError
from common.once import once
from common.ops import counters
from common.outbox.services import publish
from common.person import Actor

STREAM = "audit"
INDEX_BATCH = 10_000
_refused: ContextVar[context.RequestContext | None] = ContextVar("refused", default=None)


@once
def stream() -> Any:
    """The Redis of the audit buffer (AOF on)."""
    return redis.Redis.from_url(
        settings.AUDIT_STREAM_URL, socket_timeout=2, retry=Retry(NoBackoff(), 1)
    )


def _fields(
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: str | int,
    patient_id: int | None,
    permission: str,
    outcome: str,
    detail: dict[str, Any] | None,
    patients: Iterable[int | None],
) -> dict[str, Any]:
    request = context.current()
    detail = detail or {}
    shown = sorted({patient for patient in patients if patient is not None} - {patient_id})
    if patient_id is None and len(shown) == 1:
        [patient_id] = shown
    elif shown:
        detail = detail | {"patients": shown}
    if outcome == Outcome.DENIED:
        _refused.set(request)
    return {
        "occurred_at": timezone.now(),
        "actor_id": actor.pk if actor else None,
        "actor_username": actor.username if actor else "",
        "actor_role": actor.role if actor else "",
        "action": action,
        "object_type": object_type,
        "object_id": str(object_id),
        "patient_id": patient_id,
        "permission": right_used(actor, {patient_id, *shown}, permission),
        "outcome": outcome,
        "source_ip": request.source_ip,
        "request_id": request.request_id,
        "detail": detail,
    }


def refusal_is_recorded() -> bool:
    """Whether the current request already has a record of being denied."""
    return _refused.get() is context.current()


def record(
    *,
    actor: Actor | None,
    action: str,
    object_type: str = "",
    object_id: str | int = "",
    patient_id: int | None = None,
    permission: str = "",
    outcome: str = Outcome.OK,
    detail: dict[str, Any] | None = None,
    patients: Iterable[int | None] = (),
) -> None:
    """Insert one record in the caller's transaction. ``action`` is ``entity.verb``.

    ``detail`` contains identifiers and codes, never PHI. ``patients``: whom a list shows.
    """
    counters.count("cdss_decisions", outcome)
    about = (object_type, object_id, patient_id, permission, outcome, detail, patients)
    with transaction.atomic(
        savepoint=False
    ):  # a list without its index would look like one tampered with
        shown_index([AuditLog.objects.create(**_fields(actor, action, *about))])


def record_all(*, actor: Actor, permission: str, records: Iterable[dict[str, Any]]) -> None:
    """Insert records of one actor at once, in the caller's transaction.

    Each has ``action``, ``object_type``, ``object_id``, ``patient_id`` and ``detail``.
    """
    rows = [
        AuditLog(**_fields(actor, permission=permission, outcome=Outcome.OK, patients=(), **each))
        for each in records
    ]
    counters.count("cdss_decisions", Outcome.OK, amount=len(rows))
    AuditLog.objects.bulk_create(rows)


def shown_index(logs: Iterable[AuditLog]) -> None:
    """Index the records, which have their ids, by the patients of ``detail``."""
    rows = (
        ShownPatient(patient_id=patient, log=log)
        for log in logs
        for patient in log.detail.get("patients", ())
    )
    ShownPatient.objects.bulk_create(rows, batch_size=INDEX_BATCH)


def record_buffered(
    *,
    actor: Actor | None,
    action: str,
    object_type: str = "",
    object_id: str | int = "",
    patient_id: int | None = None,
    permission: str = "",
    outcome: str = Outcome.OK,
    detail: dict[str, Any] | None = None,
    patients: Iterable[int | None] = (),
) -> None:
    """Append one record to the crash-safe buffer (the DICOMweb path).

    Raises ExternalError (503) if that is not possible: then nothing may be served.
    """
    about = (object_type, object_id, patient_id, permission, outcome, detail, patients)
    fields = _fields(actor, action, *about)
    try:
        stream().xadd(STREAM, signed(record=json.dumps(fields, cls=DjangoJSONEncoder)))
    except RedisError:
        raise ExternalError(ErrorCode.AUDIT_UNAVAILABLE) from None


def broken_found() -> None:
    """In the caller's transaction: the administrators are told that the record was meddled with."""
    publish(BROKEN, aggregate="audit", payload={})
