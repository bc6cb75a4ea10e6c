"""Who changed which row of a patient's record, when, and from what to what."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from common.db import VisibleQuerySet
from common.person import Person
from emr.choices import ChangeAction
from emr.models.patient import Patient
from rbac.permissions import Permission


class RecordChangeQuerySet(VisibleQuerySet["RecordChange"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ENCOUNTER
    ) -> RecordChangeQuerySet:
        return self.filter(patient__in=Patient.objects.seen_by(user, permission))


class RecordChange(models.Model):
    """One change of one row; written once. ``values``: {field: [before, after]}.

    ``actor``: None for what was changed in OpenEMR.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="record_changes")
    kind = models.CharField(max_length=20)
    row_id = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=ChangeAction.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="record_changes", null=True
    )
    at = models.DateTimeField(auto_now_add=True)
    values = models.JSONField(encoder=DjangoJSONEncoder)

    objects = RecordChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-version", "-id"]
        indexes = [models.Index(fields=["kind", "row_id", "version"])]
