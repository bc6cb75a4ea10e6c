"""Specimens, results and their versions, critical values, and what instruments sent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from lis.call_rows import AttemptRow, EscalationRow
from lis.choices import (
    CallOutcome,
    Flag,
    MessageKind,
    MessageState,
    RejectReason,
    ResultSource,
    ResultState,
    SpecimenKind,
    SpecimenState,
)
from ocs import selectors as orders
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

_USER = settings.AUTH_USER_MODEL


class OfOrderQuerySet(VisibleQuerySet[Any]):
    """Rows of an order are seen with it, by those who see laboratory work."""

    def visible_to(self, user: Person, permission: str = Permission.VIEW_ORDER) -> OfOrderQuerySet:
        if not user.has_permission(permission):
            return self.none()
        return self.filter(order__in=orders.orders_visible_to(user))


class ShownValueQuerySet(OfOrderQuerySet):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ORDER
    ) -> ShownValueQuerySet:
        """A patient sees what is confirmed, as of any order."""
        rows = self.filter(order__in=orders.orders_with_result(user))
        return rows if user.has_permission(permission) else self.none()


class Specimen(VersionedModel):
    """``number`` is on the tube: the order's accession number and a running number."""

    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="specimens")
    number = models.CharField(max_length=20, unique=True, db_collation="utf8mb4_bin")
    kind = models.CharField(max_length=10, choices=SpecimenKind.choices)
    state = models.CharField(
        max_length=10, choices=SpecimenState.choices, default=SpecimenState.COLLECTED
    )
    collected_at = models.DateTimeField()
    collected_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    reject_reason = models.CharField(max_length=12, choices=RejectReason.choices, blank=True)
    reject_note = models.CharField(max_length=300, blank=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class ResultVersion(models.Model):
    """One entry of an order's result: ``entered`` as it came, ``values`` as it is understood."""

    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    entered = models.JSONField()
    values = models.JSONField()
    state = models.CharField(
        max_length=10, choices=ResultState.choices, default=ResultState.ENTERED
    )
    source = models.CharField(max_length=6, choices=ResultSource.choices)
    reason = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    verified_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    verified_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True, db_default="")

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="lis_one_version_number")
        ]


class LabValue(models.Model):
    """A number of a result that is out, for trends; ``current`` until it is amended."""

    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="lab_values")
    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="lab_values")
    code = models.CharField(max_length=20)
    value = models.FloatField(null=True)
    text = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    flag = models.CharField(max_length=2, choices=Flag.choices, blank=True)
    at = models.DateTimeField()
    current = models.BooleanField(default=True)

    objects = ShownValueQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["patient", "code", "at"])]


class CriticalQuerySet(OfOrderQuerySet):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_ORDER) -> CriticalQuerySet:
        """For the staff who see the order; patients see what is confirmed, as a result."""
        own = scope_for(user, Permission.VIEW_ORDER) is Scope.OWN
        return self.none() if own else super().visible_to(user, permission)  # type: ignore[return-value]

    def update(self, **_: Any) -> int:
        raise TypeError("a critical value is written once")

    def open(self) -> CriticalQuerySet:
        """Not yet read back by anybody."""
        return self.exclude(attempts__outcome=CallOutcome.CONFIRMED)


class CriticalValue(models.Model):
    """The value as it was when it came out; never changed, whatever becomes of the result."""

    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="criticals")
    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="criticals")
    code = models.CharField(max_length=20)
    name = models.JSONField()
    value = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    flag = models.CharField(max_length=2, choices=Flag.choices)
    limit = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)

    objects = CriticalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "code", "value"], name="lis_one_critical_of_a_value"
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a critical value is written once")
        super().save(*args, **kwargs)


class OfCriticalQuerySet(VisibleQuerySet[Any]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ORDER
    ) -> OfCriticalQuerySet:
        return self.filter(critical__in=CriticalValue.objects.visible_to(user, permission))


class CriticalAttempt(AttemptRow):
    critical = models.ForeignKey(CriticalValue, on_delete=models.PROTECT, related_name="attempts")

    objects = OfCriticalQuerySet.as_manager()


class CriticalEscalation(EscalationRow):
    critical = models.ForeignKey(
        CriticalValue, on_delete=models.PROTECT, related_name="escalations"
    )

    objects = OfCriticalQuerySet.as_manager()

    class Meta(EscalationRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["critical", "turn", "to"], name="lis_one_escalation_of_a_turn"
            )
        ]


class RnaMatrix(models.Model):
    """Counts of genes by samples, kept as a file under its digest."""

    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="rna_matrices")
    sha256 = models.CharField(max_length=64)
    genes = models.PositiveIntegerField()
    samples = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = OfOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "sha256"], name="lis_one_matrix_of_a_file")
        ]


class InboundMessage(models.Model):
    """What an instrument or another system sent, byte for byte, and what became of it."""

    kind = models.CharField(max_length=4, choices=MessageKind.choices)
    sender = models.CharField(max_length=200, blank=True)
    control_id = models.CharField(max_length=199, blank=True)
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    state = models.CharField(max_length=10, choices=MessageState.choices, db_index=True)
    reason = models.CharField(max_length=300, blank=True)
    ack = models.TextField(blank=True)
    taken = models.JSONField(default=list)  # the OBX lines that are in a result
    order = models.ForeignKey(
        "ocs.Order", on_delete=models.PROTECT, related_name="messages", null=True
    )
    received_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+", null=True)
    discard_reason = models.CharField(max_length=300, blank=True)

    objects: Any = AllOrNoneQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "control_id", "digest"], name="lis_one_message"
            )
        ]
