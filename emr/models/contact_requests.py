"""What patients ask to have corrected in their contact data; a person of the staff decides."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.db import VisibleQuerySet
from common.person import Person
from emr.choices import ContactRequestState
from emr.models.patient import Patient
from rbac.permissions import Permission

_USER = settings.AUTH_USER_MODEL


class ContactRequestQuerySet(VisibleQuerySet["ContactRequest"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_PATIENT
    ) -> ContactRequestQuerySet:
        """Those of the patients whose data the person may change; else one's own."""
        if user.has_permission(Permission.EDIT_PATIENT):
            permission = Permission.EDIT_PATIENT
        seen = self.filter(patient__in=Patient.objects.seen_by(user, permission))
        own = permission != Permission.EDIT_PATIENT
        return seen.filter(patient__user_id=user.pk) if own else seen


class ContactRequest(models.Model):
    """``phone`` and ``address``: as they should be; None: as they are."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_requests")
    phone = models.CharField(max_length=30, null=True)
    address = models.CharField(max_length=300, null=True)
    state = models.CharField(
        max_length=10,
        choices=ContactRequestState.choices,
        default=ContactRequestState.PENDING,
        db_index=True,
    )
    requested_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    objects = ContactRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
