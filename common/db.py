"""What every model may need: row versions for optimistic locking, rows that a person may see."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.expressions import RawSQL

from common.errors import ConflictError, ErrorCode
from common.person import Person

Row = TypeVar("Row", bound=models.Model)
Subquery = RawSQL | models.QuerySet[Any, Any]
"""What may stand after ``__in=``."""


def compiled(rows: models.QuerySet[Any, Any]) -> Subquery:
    """A subquery of one column whose SQL is made once, for all the queries that it stands in.

    Django makes the SQL of a nested queryset anew in each of them, which costs more than most
    queries do.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return rows.none()
    return RawSQL(sql, params)  # noqa: S611  (as Django wrote it)


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


class VisibleQuerySet(models.QuerySet[Row]):
    """Of every model that a view shows: which rows exist for a person."""

    def visible_to(self, user: Person, permission: str) -> Self:
        """The rows that ``permission`` reaches for this person; none until a model says which.

        A model that names a default for ``permission`` means the right to read it.
        """
        return self.none()


class AllOrNoneQuerySet(VisibleQuerySet[Row]):
    """Rows of the system, about no patient in particular: the right to one is the right to all."""

    def visible_to(self, user: Person, permission: str) -> Self:
        return self.all() if user.has_permission(permission) else self.none()
