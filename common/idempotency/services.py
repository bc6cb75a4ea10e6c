"""``X-Idempotency-Key``: a repeated POST is executed once and returns the same response."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request

from common.errors import ConflictError, ErrorCode, InvalidInput
from common.idempotency.models import IdempotencyKey

HEADER = "X-Idempotency-Key"
LIFETIME = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=10)
MAX_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """Permission to execute the request; ``settle`` stores its response."""

    pk: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored response of the first request."""

    status: int
    body: Any


def body_hash(request: Request) -> str:
    """sha256 over the body; of a multipart form over its fields and its files' bytes."""
    digest = hashlib.sha256()
    if not (request.content_type or "").startswith("multipart/"):
        digest.update(request.body)
        return digest.hexdigest()
    for name, values in sorted(request.POST.lists()):
        digest.update(json.dumps([name, values]).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def claim(*, user_id: int, key: str, method: str, path: str, body_hash: str) -> Claim | Stored:
    """Claim the key, or return the stored response.

    Raises ConflictError if the first request is still running (409) or had another body (422).
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise InvalidInput(ErrorCode.VALIDATION, f"1 to {MAX_KEY_LENGTH} characters", HEADER)
    digest = hashlib.sha256(json.dumps([user_id, key, method, path]).encode()).hexdigest()
    try:
        with transaction.atomic():
            return Claim(IdempotencyKey.objects.create(digest=digest, body_hash=body_hash).pk)
    except IntegrityError:
        return _known(digest, body_hash)


@transaction.atomic
def _known(digest: str, body_hash: str) -> Claim | Stored:
    row = IdempotencyKey.objects.select_for_update().filter(digest=digest).first()
    if row is None:
        raise ConflictError(ErrorCode.IDEMPOTENCY_IN_PROGRESS)
    age = timezone.now() - row.created_at
    abandoned = row.status_code is None and age > ABANDONED_AFTER
    if abandoned or age > LIFETIME:
        row.delete()
        return Claim(IdempotencyKey.objects.create(digest=digest, body_hash=body_hash).pk)
    if row.body_hash != body_hash:
        raise ConflictError(ErrorCode.IDEMPOTENCY_MISMATCH, field=HEADER)
    if row.status_code is None:
        raise ConflictError(ErrorCode.IDEMPOTENCY_IN_PROGRESS, field=HEADER)
    return Stored(row.status_code, row.body)


def settle(claim: Claim, *, status: int, body: Any) -> None:
    """Store the response; after a server error (5xx) the key is released for a retry."""
    rows = IdempotencyKey.objects.filter(pk=claim.pk)
    if status >= 500:
        rows.delete()
        return
    plain = json.loads(json.dumps(body, cls=DjangoJSONEncoder))
    rows.update(status_code=status, body=plain)


def expire() -> int:
    """Delete keys older than 24 h; returns their number."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - LIFETIME).delete()
    return deleted
