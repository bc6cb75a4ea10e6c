"""Write audit records, move buffered ones into the table, chain them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import redis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from audit.choices import Outcome
from audit.models import AuditLog, AuditSeal
from common import context
from common.errors import ErrorCode, ExternalError

STREAM = "audit"
FLUSH_BATCH = 1000
SEAL_LOCK_WAIT_S = 10
_SEAL_LOCK = "CONCAT(DATABASE(), '.audit-seal')"
SEALED_FIELDS = [
    "id",
    "actor_id",
    "actor_username",
    "actor_role",
    "action",
    "object_type",
    "object_id",
    "patient_id",
    "permission",
    "outcome",
    "source_ip",
    "request_id",
    "detail",
    "source_key",
]


class Actor(Protocol):
    """What an audit record needs of a user; an anonymous user has no pk."""

    @property
    def pk(self) -> Any: ...
    @property
    def username(self) -> str: ...


@cache
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
) -> dict[str, Any]:
    request = context.current()
    return {
        "occurred_at": timezone.now(),
        "actor_id": actor.pk if actor else None,
        "actor_username": (actor.username or "") if actor else "",
        "actor_role": getattr(actor, "role", ""),
        "action": action,
        "object_type": object_type,
        "object_id": str(object_id),
        "patient_id": patient_id,
        "permission": permission,
        "outcome": outcome,
        "source_ip": request.source_ip,
        "request_id": request.request_id,
        "detail": detail or {},
    }


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
) -> None:
    """Insert one record in the caller's transaction. ``action`` is ``entity.verb``.

    ``detail`` holds identifiers and codes, never PHI.
    """
    AuditLog.objects.create(
        **_fields(actor, action, object_type, object_id, patient_id, permission, outcome, detail)
    )


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
) -> None:
    """Append one record to the crash-safe buffer (the DICOMweb path).

    Raises ExternalError (503) when it cannot be kept: then nothing may be served.
    """
    fields = _fields(actor, action, object_type, object_id, patient_id, permission, outcome, detail)
    try:
        stream().xadd(STREAM, {"record": json.dumps(fields, cls=DjangoJSONEncoder)})
    except RedisError:
        raise ExternalError(ErrorCode.AUDIT_UNAVAILABLE) from None


def flush_stream() -> int:
    """Move buffered records into the table, then drop them from the stream; returns how many.

    Dying in between moves them again: ``source_key`` makes that harmless.
    """
    moved = 0
    while entries := stream().xrange(STREAM, count=FLUSH_BATCH):
        rows = []
        for key, values in entries:
            fields = json.loads(values[b"record"])
            fields["occurred_at"] = parse_datetime(fields["occurred_at"])
            rows.append(AuditLog(source_key=key.decode(), **fields))
        AuditLog.objects.bulk_create(rows, ignore_conflicts=True)
        stream().xdel(STREAM, *[key for key, _ in entries])
        moved += len(rows)
    return moved


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(previous: str, seq: int, log: AuditLog) -> str:
    body = {name: getattr(log, name) for name in SEALED_FIELDS}
    body["occurred_at"] = _instant(log.occurred_at)
    body["recorded_at"] = _instant(log.recorded_at)
    text = json.dumps([previous, seq, body], sort_keys=True, cls=DjangoJSONEncoder)
    return hmac.new(settings.AUDIT_HMAC_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


@contextmanager
def _sealing_alone() -> Iterator[bool]:
    """One sealer at a time; False when another one did not finish.

    A named lock, because MySQL allows SELECT ... FOR UPDATE only to accounts that may update or
    delete, and the application's account may do neither here.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK({_SEAL_LOCK}, %s)", [SEAL_LOCK_WAIT_S])
        alone = cursor.fetchone() == (1,)
        try:
            yield alone
        finally:
            if alone:
                cursor.execute(f"SELECT RELEASE_LOCK({_SEAL_LOCK})")


def seal_pending(limit: int = 5000) -> int:
    """Chain the records that have no seal yet, in id order; returns how many."""
    with _sealing_alone() as alone, transaction.atomic():
        return _seal(limit) if alone else 0


def _seal(limit: int) -> int:
    last = AuditSeal.objects.order_by("-seq").first()
    seq, previous = (last.seq, last.digest) if last else (0, "")
    seals = []
    for log in AuditLog.objects.filter(seal__isnull=True).order_by("id")[:limit]:
        seq += 1
        previous = _digest(previous, seq, log)
        seals.append(AuditSeal(seq=seq, log=log, digest=previous))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def chain_breaks() -> Iterator[str]:
    """Walk the chain; yield a sentence for each break: an edited, deleted or reordered record."""
    previous, expected = "", 1
    for seal in AuditSeal.objects.select_related("log").order_by("seq").iterator(chunk_size=2000):
        if seal.seq != expected:
            yield f"seal {expected} is missing"
        elif not hmac.compare_digest(seal.digest, _digest(previous, seal.seq, seal.log)):
            yield f"record {seal.log_id} was changed"
        previous, expected = seal.digest, seal.seq + 1
