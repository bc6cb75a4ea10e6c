from __future__ import annotations

from django.db import models


class Hook(models.TextChoices):
    """The hooks of CDS Hooks that a service here answers; its id is the hook's name."""

    PATIENT_VIEW = "patient-view"
    ENCOUNTER_START = "encounter-start"
    ORDER_SELECT = "order-select"
    ORDER_SIGN = "order-sign"


class CdsRule(models.TextChoices):
    """What decision support looks for; each is a module of ``fhir.cds_hooks.rules``."""

    AI_FINDINGS = "ai-findings"
    DUPLICATE_IMAGING = "duplicate-imaging"
    KIDNEY_FUNCTION = "kidney-function"
    CARDIAC_DEVICE = "cardiac-device"
    MODEL_INPUTS = "model-inputs"
    INTEGRATED_DIAGNOSIS = "integrated-diagnosis"
    FOLLOW_UP = "follow-up"


class Indicator(models.TextChoices):
    """How urgent a card is (CDS Hooks 2.0, Card.indicator)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class CardOutcome(models.TextChoices):
    """What a person did with a card (CDS Hooks 2.0, Feedback.outcome)."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"
