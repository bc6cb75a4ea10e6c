"""Patients of other hospitals, staged until a person says who they are here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VisibleQuerySet
from common.person import Person
from emr.choices import IncomingState, RunState
from emr.models.patient import Patient, grants_that_open
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

_USER = settings.AUTH_USER_MODEL


class IncomingRunQuerySet(AllOrNoneQuerySet["IncomingRun"]):
    def visible_to(
        self, user: Person, permission: str = Permission.EDIT_PATIENT
    ) -> IncomingRunQuerySet:
        return super().visible_to(user, permission)


class IncomingRun(models.Model):
    """One request with patients of ``source``; ``done`` of ``total`` are compared with ours."""

    source = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    requested_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = IncomingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def percent(self) -> int:
        return 100 if not self.total else self.done * 100 // self.total


class IncomingPatientQuerySet(VisibleQuerySet["IncomingPatient"]):
    def visible_to(
        self, user: Person, permission: str = Permission.EDIT_PATIENT
    ) -> IncomingPatientQuerySet:
        """Of people who may be nobody's patient yet: for those whose right reaches everybody.

        One who is linked to a patient is seen by those who see the patient.
        """
        if scope_for(user, permission) is not Scope.ALL:
            return self.none()
        return self.exclude(patient__in=Patient.objects.closed_to(user, grants_that_open(user)))


class IncomingPatient(models.Model):
    """One person of one source. ``payload``: as it was sent; ``line``: its place in the request.

    ``external_id`` is null where the row is too bad to have one. ``candidates``:
    [{patient, score, alike}]. ``patient``: who it is here, once a person has said so.
    """

    run = models.ForeignKey(IncomingRun, on_delete=models.PROTECT, related_name="rows")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=64, null=True, db_collation="utf8mb4_bin")
    line = models.PositiveIntegerField()
    payload: models.JSONField[Any, Any] = models.JSONField()
    state = models.CharField(
        max_length=15, choices=IncomingState.choices, default=IncomingState.WAITING
    )
    reason = models.CharField(max_length=300, blank=True)
    candidates: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="incoming", null=True
    )
    resolved_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    resolved_at = models.DateTimeField(null=True)

    objects = IncomingPatientQuerySet.as_manager()

    class Meta:
        ordering = ["run", "line", "id"]
        indexes = [models.Index(fields=["run", "state", "line"])]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="incoming_once_a_source")
        ]
