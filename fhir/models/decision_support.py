"""CDS Hooks: which rules and clients the hospital uses, the cards that were shown, the feedback."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from emr import selectors as patients
from fhir.choices import CardOutcome, CdsRule, Hook, Indicator
from rbac.permissions import Permission


class CdsRuleSetting(VersionedModel):
    """What the hospital decided on a rule; one without a row is on, with its own limit."""

    rule = models.CharField(max_length=24, choices=CdsRule.choices, unique=True)
    enabled = models.BooleanField(default=True)
    limit = models.PositiveIntegerField(null=True)

    objects = AllOrNoneQuerySet["CdsRuleSetting"].as_manager()


class CdsClient(VersionedModel):
    """A system outside whose signed tokens are believed, and the persons they name.

    ``patient_system`` and ``user_system``: of the Identifier by which its Patient and Practitioner
    resources name our MRN and username. Empty: its ids are those of ``/api/fhir``.
    """

    name = models.CharField(max_length=100)
    issuer = models.CharField(max_length=255, unique=True, db_collation="utf8mb4_bin")
    jwks_url = models.CharField(max_length=500)
    patient_system = models.CharField(max_length=255, blank=True)
    user_system = models.CharField(max_length=255, blank=True)
    enabled = models.BooleanField(default=True)

    objects = AllOrNoneQuerySet["CdsClient"].as_manager()

    class Meta:
        ordering = ["name", "id"]


class CdsCardQuerySet(VisibleQuerySet["CdsCard"]):
    def visible_to(self, user: Person, permission: str = Permission.OPERATE) -> CdsCardQuerySet:
        """Of the patients whom the person may see: of others they are not counted either."""
        if not user.has_permission(permission):
            return self.none()
        return self.filter(patient__in=patients.patients_seen_by(user))


class CdsCard(models.Model):
    """A card that was given to a person. Its texts are not kept: they say what the record says.

    ``suggestions``: their ids. ``client``: who asked for the person; None: our own session.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.CharField(max_length=24, choices=CdsRule.choices)
    hook = models.CharField(max_length=20, choices=Hook.choices)
    hook_instance = models.UUIDField()
    indicator = models.CharField(max_length=10, choices=Indicator.choices)
    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(CdsClient, on_delete=models.PROTECT, related_name="+", null=True)
    suggestions = models.JSONField(default=list)
    shown_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = CdsCardQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["rule", "shown_at"])]


class CdsFeedbackQuerySet(VisibleQuerySet["CdsFeedback"]):
    def visible_to(self, user: Person, permission: str = Permission.OPERATE) -> CdsFeedbackQuerySet:
        return self.filter(card__in=CdsCard.objects.visible_to(user, permission))


class CdsFeedback(models.Model):
    """What a person did with a card. The same told twice is one row.

    ``reason``: the code of an override reason, ours or the client's own (``reason_system``).
    ``accepted``: ids of suggestions.
    """

    card = models.ForeignKey(CdsCard, on_delete=models.CASCADE, related_name="feedback")
    outcome = models.CharField(max_length=10, choices=CardOutcome.choices)
    reason = models.CharField(max_length=64, blank=True)
    reason_system = models.CharField(max_length=255, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    accepted = models.JSONField(default=list)
    outcome_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects = CdsFeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["card", "outcome", "outcome_at"], name="cds_feedback_once"
            )
        ]
