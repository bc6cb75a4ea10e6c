"""The keyed hash chain of the audit records: it reveals changed, deleted or missing records."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from audit.models import AuditLog, AuditSeal

SEAL_LOCK_WAIT_S = 10
_SEAL_LOCK = "CONCAT(DATABASE(), '.audit-seal')"
REACH = 100_000
"""How many ids a record may lie behind because it was committed later than it was inserted."""
_CHUNK = 500
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
    """Only one process seals at a time; yields False if another one is sealing.

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


def seal_pending(limit: int = 5000, *, everywhere: bool = False) -> int:
    """Seal the records without a seal in the order of their ids; returns their number.

    Unless ``everywhere``, only ids near the last sealed one are searched, which is fast.
    """
    with _sealing_alone() as alone, transaction.atomic():
        return _seal(limit, everywhere) if alone else 0


def _seal(limit: int, everywhere: bool) -> int:
    last = AuditSeal.objects.order_by("-seq").first()
    seq, previous, place = (last.seq, last.digest, last.log_id) if last else (0, "", 0)
    seals = []
    pending = AuditLog.objects.filter(seal__isnull=True).order_by("id")
    if not everywhere:
        pending = pending.filter(id__gt=place - REACH)
    for log in pending[:limit]:
        seq += 1
        previous = _digest(previous, seq, log)
        seals.append(AuditSeal(seq=seq, log=log, digest=previous))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _seals() -> Iterator[AuditSeal]:
    """All seals with their records in order, in chunks: the driver keeps results in memory."""
    last = 0
    ordered = AuditSeal.objects.select_related("log").order_by("seq")
    while chunk := list(ordered.filter(seq__gt=last)[:_CHUNK]):
        yield from chunk
        last = chunk[-1].seq


def chain_breaks() -> Iterator[str]:
    """Verify the chain; yield a message for each changed, deleted or reordered record."""
    previous, expected = "", 1
    for seal in _seals():
        if seal.seq != expected:
            yield f"seal {expected} is missing"
        elif not hmac.compare_digest(seal.digest, _digest(previous, seal.seq, seal.log)):
            yield f"record {seal.log_id} was changed"
        previous, expected = seal.digest, seal.seq + 1
