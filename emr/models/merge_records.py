"""Merging two records of one person: proposed by one person, confirmed by another, undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from common.db import VisibleQuerySet
from common.person import Person
from emr.choices import MergeState
from emr.models.patient import Patient, grants_that_open
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

_USER = settings.AUTH_USER_MODEL


class PatientMergeQuerySet(VisibleQuerySet["PatientMerge"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MERGE_PATIENTS
    ) -> PatientMergeQuerySet:
        """Where the person sees both records, or what became of them.

        Asked for by those who stay hidden, who are few.
        """
        if scope_for(user, permission) is not Scope.ALL:
            return self.none()
        closed = Patient.objects.closed_to(user, grants_that_open(user))
        hidden = Q()
        for side in ("survivor", "duplicate"):
            hidden |= Q(**{f"{side}__merged_into": None, f"{side}__in": closed})
            hidden |= Q(**{f"{side}__merged_into__in": closed})
        return self.exclude(hidden)


class PatientMerge(models.Model):
    """``fields``: {name: whose value the survivor takes}. Versions: of the records as proposed.

    ``before``: {"survivor" and "duplicate": {column: value}} of what the merge changed; ``after``:
    the survivor's. ``marks``: {model: its highest key then}, to tell what was added since.
    ``not_restored``: fields of the survivor that were changed before the merge was undone.
    """

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    duplicate = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=MergeState.choices, default=MergeState.PROPOSED, db_index=True
    )
    reason = models.CharField(max_length=500)
    fields = models.JSONField(default=dict)
    survivor_version = models.PositiveIntegerField()
    duplicate_version = models.PositiveIntegerField()
    proposed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder
    )
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder
    )
    marks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    not_restored: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    objects = PatientMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]


class MovedRows(models.Model):
    """Rows that a merge moved: those whose ``column`` named the duplicate; ``keys``: some of them.

    ``model``: ``app.Model``.
    """

    merge = models.ForeignKey(PatientMerge, on_delete=models.CASCADE, related_name="moved")
    model = models.CharField(max_length=80)
    column = models.CharField(max_length=40)
    keys: models.JSONField[list[int], list[int]] = models.JSONField()

    class Meta:
        ordering = ["id"]
