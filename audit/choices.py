from __future__ import annotations

from django.db import models


class Outcome(models.TextChoices):
    OK = "ok"
    DENIED = "denied"
    FAILED = "failed"
