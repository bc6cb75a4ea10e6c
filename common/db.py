"""Row versions for optimistic locking."""

from __future__ import annotations

from typing import Any

from django.db import models

from common.errors import ConflictError, ErrorCode


class VersionedModel(models.Model):
    """A clinical row: ``version`` counts its changes and is the resource's ETag."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def save_versioned(self, *, expected: int, **changes: Any) -> None:
        """Apply ``changes`` if the row still has version ``expected``.

        Raises ConflictError (409) if the row was changed since it was read.
        The caller holds the row lock (``select_for_update``).
        """
        if self.version != expected:
            raise ConflictError(
                ErrorCode.VERSION_CONFLICT, f"current version is {self.version}", "version"
            )
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.save()
