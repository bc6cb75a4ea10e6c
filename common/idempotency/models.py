from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """One POST under a client's key: in progress while ``status_code`` is null."""

    digest = models.CharField(max_length=64, unique=True)
    body_hash = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
