from __future__ import annotations

from django.db import models


class GlassOutcome(models.TextChoices):
    """What the review of a broken glass found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
