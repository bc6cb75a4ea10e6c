"""Orders and their history."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.db import VersionedModel, VisibleQuerySet
from common.person import Person
from emr import selectors as patients
from ocs.choices import BodyPart, JobRole, Laterality, OrderStatus, Priority
from rbac import selectors as rights
from rbac.permissions import Permission, Scope


class OrderQuerySet(VisibleQuerySet["Order"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_ORDER) -> OrderQuerySet:
        """Orders that ``permission`` reaches, of patients the person may see; none by default."""
        scope = rights.scope_for(user, permission)
        if scope is Scope.NONE:
            return self.none()
        mine = self.filter(patient__in=patients.patients_seen_by(user))
        return mine.filter(job_role=JobRole.LIS) if scope is Scope.LIS else mine


class Order(VersionedModel):
    """``accession_number`` becomes DICOM (0008,0050) of the images made for a RIS order.

    ``result_schema_version``: by which the result was checked; None where its type has no schema.
    """

    accession_number = models.CharField(max_length=16, unique=True, db_collation="utf8mb4_bin")
    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="orders")
    encounter = models.ForeignKey(
        "emr.Encounter", on_delete=models.PROTECT, related_name="orders", null=True
    )
    job_role = models.CharField(max_length=10, choices=JobRole.choices)
    job_type = models.CharField(max_length=60)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.ROUTINE)
    status = models.CharField(
        max_length=15, choices=OrderStatus.choices, default=OrderStatus.ORDERED, db_index=True
    )
    clinical_info = models.CharField(max_length=500, blank=True)
    body_part = models.CharField(max_length=16, choices=BodyPart.choices, blank=True)
    laterality = models.CharField(max_length=1, choices=Laterality.choices, blank=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    overdue_alerted_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    result = models.JSONField(null=True)
    result_schema_version = models.PositiveSmallIntegerField(null=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders"
    )
    ordered_at = models.DateTimeField()

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-ordered_at", "-id"]
        indexes = [models.Index(fields=["job_role", "status"])]


class OrderHistoryQuerySet(VisibleQuerySet["OrderHistory"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ORDER
    ) -> OrderHistoryQuerySet:
        return self.filter(order__in=Order.objects.visible_to(user, permission))


class OrderHistory(models.Model):
    """One transition: who moved the order from where to where, and why."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    from_status = models.CharField(max_length=15, blank=True)
    to_status = models.CharField(max_length=15)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="order_transitions"
    )
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = OrderHistoryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class OrderNoteQuerySet(VisibleQuerySet["OrderNote"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ORDER
    ) -> OrderNoteQuerySet:
        """Notes are of the staff for the staff."""
        if rights.scope_for(user, permission) is Scope.OWN:
            return self.none()
        return self.filter(order__in=Order.objects.visible_to(user, permission))


class OrderNote(models.Model):
    """What those who work an order tell each other; never changed."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="order_notes"
    )
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    objects = OrderNoteQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
