"""DICOM nodes, what is scheduled at them, and how far the archive's log is read."""

from __future__ import annotations

from django.db import models

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from ocs import selectors as orders
from rbac.permissions import Permission
from ris.choices import EchoOutcome, WorklistReason, WorklistState


class DicomNodeQuerySet(AllOrNoneQuerySet["DicomNode"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MANAGE_NODES
    ) -> DicomNodeQuerySet:
        return super().visible_to(user, permission)


class DicomNode(VersionedModel):
    """An application entity that the archive knows, with what it may ask for.

    ``address``: IPv4, which the archive compares with who calls. ``port``, ``tls``: how the archive
    calls it. ``modalities`` (0008,0060): what it makes; an order of one goes to its station if no
    other node makes that.
    """

    name = models.CharField(max_length=60)
    ae_title = models.CharField(max_length=16, unique=True, db_collation="utf8mb4_bin")
    address = models.GenericIPAddressField(protocol="IPv4")
    port = models.PositiveIntegerField(default=104)
    tls = models.BooleanField(default=False)
    may_store = models.BooleanField(default=False)
    may_find = models.BooleanField(default=False)
    may_move = models.BooleanField(default=False)
    may_worklist = models.BooleanField(default=False)
    modalities = models.JSONField(default=list)
    echo_outcome = models.CharField(max_length=12, choices=EchoOutcome.choices, blank=True)
    echo_at = models.DateTimeField(null=True)

    objects = DicomNodeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]


class ScheduledStudyQuerySet(VisibleQuerySet["ScheduledStudy"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ORDER
    ) -> ScheduledStudyQuerySet:
        seen = orders.orders_visible_to(user).order_by().values("pk")
        return self.filter(order__in=seen) if user.has_permission(permission) else self.none()


class ScheduledStudy(models.Model):
    """An imaging order on the modality worklist, with the Study Instance UID assigned to it.

    ``content_hash``: of what is on the list; empty while nothing is. ``reason``: why it is there
    still, or why it is not.
    """

    order = models.OneToOneField(
        "ocs.Order", on_delete=models.CASCADE, related_name="scheduled_study"
    )
    study_instance_uid = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        max_length=8, choices=WorklistState.choices, default=WorklistState.REMOVED, db_index=True
    )
    reason = models.CharField(max_length=20, choices=WorklistReason.choices)
    content_hash = models.CharField(max_length=64, blank=True)
    listed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ScheduledStudyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]


class ArchiveLogCursor(models.Model):
    """Up to which byte of which file (its inode) the archive's log is read; one row."""

    inode = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
