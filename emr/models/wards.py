"""Wards, and which patient lies in which bed since when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from emr.models.clinical import Encounter
from rbac.permissions import Permission

_USER = settings.AUTH_USER_MODEL


class Ward(VersionedModel):
    """``beds``: their labels, room and bed, in the order of the corridor ("501-1")."""

    code = models.SlugField(max_length=20, unique=True)
    name_ko = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    beds: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    objects = AllOrNoneQuerySet["Ward"].as_manager()

    class Meta:
        ordering = ["code"]


class BedStayQuerySet(VisibleQuerySet["BedStay"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_WARD) -> BedStayQuerySet:
        return self.filter(encounter__in=Encounter.objects.visible_to(user, permission))

    def occupying(self) -> BedStayQuerySet:
        """In a bed now: neither moved nor discharged."""
        staying = Q(encounter__ended_at=None) | Q(encounter__ended_at__gt=timezone.now())
        return self.filter(staying, open=True, encounter__deleted_at=None)


class BedStay(VersionedModel):
    """A patient in a bed, from one move to the next; whose it is, the encounter says.

    ``open``: None once it is over, because an index counts each None as different. An encounter
    that ended or was deleted leaves its bed without a change of this row.
    """

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="bed_stays")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="stays")
    bed = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    open = models.BooleanField(null=True, default=True)
    reason = models.CharField(max_length=300, blank=True)
    placed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)

    objects: Any = BedStayQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "bed", "open"], name="bed_is_held_once"),
            models.UniqueConstraint(fields=["encounter", "open"], name="encounter_has_one_bed"),
        ]

    @property
    def left_at(self) -> datetime | None:
        return self.ended_at or self.encounter.ended_at
