"""The keyed hash chain of the audit records: each seal names the key that made it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet

from audit.models import AuditLog, AuditSeal
from audit.services import key_rings

SEAL_LOCK_WAIT_S = 10
REACH = 100_000
"""How many ids a record may lie behind because it was committed later than it was inserted."""
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


def digest(previous: str, seq: int, log: AuditLog, key: str) -> str:
    """HMAC over the digest before it, the place in the chain and the whole record."""
    body = {name: getattr(log, name) for name in SEALED_FIELDS}
    body["occurred_at"] = _instant(log.occurred_at)
    body["recorded_at"] = _instant(log.recorded_at)
    text = json.dumps([previous, seq, body], sort_keys=True, cls=DjangoJSONEncoder)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@contextmanager
def alone(work: str, wait_s: float | None = None) -> Iterator[bool]:
    """Only one process does ``work`` at a time; yields False if another one does for so long.

    A named lock, because MySQL allows SELECT ... FOR UPDATE only to accounts that may update or
    delete, and nobody may here.
    """
    name = "CONCAT(DATABASE(), '.audit-', %s)"
    patience = SEAL_LOCK_WAIT_S if wait_s is None else wait_s
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK({name}, %s)", [work, patience])
        is_alone = cursor.fetchone() == (1,)
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute(f"SELECT RELEASE_LOCK({name})", [work])


def seal_pending(limit: int = 5000, *, everywhere: bool = False) -> int:
    """Seal the records without a seal in the order of their ids; returns their number.

    Unless ``everywhere``, only ids near the last sealed one are searched, which is fast.
    """
    with alone("seal") as is_alone, transaction.atomic():
        return _seal(limit, everywhere) if is_alone else 0


def _seal(limit: int, everywhere: bool) -> int:
    last = last_seal()
    seq, previous, place = (last.seq, last.digest, last.log_id) if last else (0, "", 0)
    keys = key_rings.hmac_keys()
    key_id = key_rings.newest(keys)
    seals = []
    for log in unsealed(None if everywhere else place)[:limit]:
        seq += 1
        previous = digest(previous, seq, log, keys[key_id])
        seals.append(AuditSeal(seq=seq, log=log, digest=previous, key_id=key_id))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def last_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-seq").first()


def unsealed(near: int | None) -> QuerySet[AuditLog, AuditLog]:
    """Records without a seal, oldest id first; with ids from REACH before ``near`` on."""
    pending = AuditLog.objects.filter(seal__isnull=True).order_by("id")
    return pending if near is None else pending.filter(id__gt=near - REACH)
