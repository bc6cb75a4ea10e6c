"""What the worklist (UPS-RS) keeps beside the jobs."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ai.choices import WorkitemPriority
from pacs.dicom.uids import UID_MAX_LENGTH


class Workitem(models.Model):
    """What a client of the worklist (UPS-RS) said of a job; ``cancellation``: why to end it."""

    job = models.OneToOneField("AIJob", on_delete=models.CASCADE, related_name="workitem")
    label = models.CharField(max_length=64)
    worklist_label = models.CharField(max_length=64)
    priority = models.CharField(max_length=6, choices=WorkitemPriority.choices)
    cancellation = models.JSONField(default=dict)


class FormerWorkitem(models.Model):
    """What a failed job was until it was run again: a workitem that ended, with its reason.

    ``last_step``: of the job's history, the last that belongs to it.
    """

    workitem_uid = models.CharField(max_length=UID_MAX_LENGTH, unique=True)
    job = models.ForeignKey("AIJob", on_delete=models.CASCADE, related_name="former_workitems")
    last_step = models.PositiveBigIntegerField()
    error_code = models.CharField(max_length=10)
    error_detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["last_step"]


class WorklistSubscription(models.Model):
    """Of which workitems a person's application (``aetitle``) is told (PS3.4 CC.2.3).

    Of one ``job``, or without one of all that ``keys`` (tag to value) match. ``wanted`` is False
    of a job that was taken out of all. ``last_job``: a suspended subscription to all has no later.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    aetitle = models.CharField(max_length=16)
    job = models.ForeignKey("AIJob", on_delete=models.CASCADE, related_name="+", null=True)
    keys = models.JSONField(default=dict)
    wanted = models.BooleanField(default=True)
    deletion_lock = models.BooleanField(default=False)
    last_job = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "aetitle"], name="ai_worklist_user_ae")]
