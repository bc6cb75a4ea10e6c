"""DICOM nodes, what is scheduled at them, and how far the archive's log is read."""

from __future__ import annotations

from django.db import models

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from ocs import selectors as orders
from rbac.permissions import Permission
from ris.choices import EchoOutcome, PerformedState, TlsCheck, WorklistReason, WorklistState


class DicomNodeQuerySet(AllOrNoneQuerySet["DicomNode"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MANAGE_NODES
    ) -> DicomNodeQuerySet:
        return super().visible_to(user, permission)


class DicomNode(VersionedModel):
    """An application entity, with what it may ask for.

    ``address``: IPv4, which is compared with who calls. ``port``, ``tls``: how it is called.
    ``tls_certificate``: PEM, the only issuers or certificates it may show; empty for those that the
    system trusts. ``modalities`` (0008,0060): what it makes and may see, any if empty; an order of
    one goes to its station if no other node makes that. ``may_restricted``: all that it may, of
    restricted patients too. ``may_worklist``: and it may say what it performs (MPPS).
    ``echo_asked_at``: a C-ECHO by TLS waits for the server of queries since then.
    """

    name = models.CharField(max_length=60)
    ae_title = models.CharField(max_length=16, unique=True, db_collation="utf8mb4_bin")
    address = models.GenericIPAddressField(protocol="IPv4")
    port = models.PositiveIntegerField(default=104)
    tls = models.BooleanField(default=False)
    tls_check = models.CharField(
        max_length=12,
        choices=TlsCheck.choices,
        default=TlsCheck.CERTIFICATE,
        db_default=TlsCheck.CERTIFICATE,
    )
    tls_certificate = models.TextField(blank=True, default="", db_default="")
    may_store = models.BooleanField(default=False)
    may_find = models.BooleanField(default=False)
    may_move = models.BooleanField(default=False)
    may_worklist = models.BooleanField(default=False)
    may_restricted = models.BooleanField(default=False, db_default=False)
    modalities = models.JSONField(default=list)
    echo_outcome = models.CharField(max_length=12, choices=EchoOutcome.choices, blank=True)
    echo_at = models.DateTimeField(null=True)
    echo_asked_at = models.DateTimeField(null=True)

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

    ``content_hash``: of what the list says, once it was found fit for DICOM; empty while not on it.
    ``reason``: why it is there still, or why it is not.
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


class PerformedStepQuerySet(VisibleQuerySet["PerformedStep"]):
    def visible_to(self, user: Person, permission: str) -> PerformedStepQuerySet:
        """Those of orders whose place on the modality worklist the person sees."""
        listed = ScheduledStudy.objects.visible_to(user, permission)
        return self.filter(order__in=listed.values("order"))


class PerformedStep(models.Model):
    """What a modality says of its work (MPPS); a hint, which changes no other state.

    ``order``: the one that it names, if that is of the patient that it names.
    """

    sop_instance_uid = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey(
        "ocs.Order", on_delete=models.CASCADE, related_name="performed_steps", null=True
    )
    ae_title = models.CharField(max_length=16, db_collation="utf8mb4_bin")
    state = models.CharField(max_length=12, choices=PerformedState.choices)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = PerformedStepQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]


class ArchiveLogCursor(models.Model):
    """Up to which byte of which file (its inode) the archive's log is read; one row."""

    inode = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
