"""What is kept of each call about a critical result, of whatever department: columns, no tables."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lis.choices import CallOutcome

_USER = settings.AUTH_USER_MODEL


class AttemptRow(models.Model):
    """One call about ``critical``: whom, how, and whether it was read back."""

    told = models.CharField(max_length=100)
    how = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, choices=CallOutcome.choices)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["id"]


class EscalationRow(models.Model):
    """That a person was alerted again of what nobody had confirmed; ``turn`` from 1 on."""

    turn = models.PositiveSmallIntegerField()
    to = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["id"]
