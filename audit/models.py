"""Append-only tables: the application's database role may only insert and select here."""

from __future__ import annotations

from django.db import models

from audit.choices import CheckState, Outcome
from common.db import AllOrNoneQuerySet


class AuditLog(models.Model):
    """Who did what to whose data, when, from where, with which right (ISO 27789).

    Identifiers only. A row may stand for many requests of a viewer: then ``detail`` holds them
    packed. ``source_key`` is the id of the (first) stream entry that a buffered record came from.
    """

    occurred_at = models.DateTimeField(db_index=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    actor_username = models.CharField(max_length=150, blank=True)
    actor_role = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=128, blank=True)
    patient_id = models.BigIntegerField(null=True, db_index=True)
    permission = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    source_ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    source_key = models.CharField(max_length=40, null=True, unique=True)

    objects = AllOrNoneQuerySet["AuditLog"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor_id", "occurred_at"]),
            models.Index(fields=["action", "occurred_at"]),
            models.Index(fields=["object_id", "occurred_at"]),
        ]
        ordering = ["-id"]


class ShownPatient(models.Model):
    """Finds the records that show several patients, by one of them (``detail["patients"]``)."""

    patient_id = models.BigIntegerField()
    log = models.ForeignKey(AuditLog, on_delete=models.PROTECT, related_name="shown_patients")

    class Meta:
        indexes = [models.Index(fields=["patient_id", "log"])]


class AuditCursor(models.Model):
    """The last stream id in the table, for one life of the Redis stream; updated with inserts."""

    life = models.CharField(max_length=32, unique=True)
    last_id = models.CharField(max_length=41, default="0-0")


class AuditSeal(models.Model):
    """One link of the keyed hash chain: HMAC over the previous digest and one record.

    Only the account that seals may insert here. ``key_id``: "1" is the key of the first seals,
    which named none.
    """

    seq = models.BigIntegerField(primary_key=True)
    log = models.OneToOneField(AuditLog, on_delete=models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16, default="1", db_default="1")


class AuditHead(models.Model):
    """The last signed head (one row): its number and the SHA-256 of its line."""

    number = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField(auto_now=True)


class AuditCopy(models.Model):
    """How far a place outside the machine has the signed heads: from ``since`` up to ``number``.

    ``waiting_since``: the time of the oldest head that it does not have yet.
    """

    place = models.CharField(max_length=16, unique=True)
    since = models.BigIntegerField()
    number = models.BigIntegerField()
    waiting_since = models.DateTimeField(null=True)


class AuditCheck(models.Model):
    """A verification that somebody asked for; ``requested_by`` is null when the clock asked."""

    requested_by = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField(auto_now_add=True)

    objects = AllOrNoneQuerySet["AuditCheck"].as_manager()

    class Meta:
        ordering = ["-id"]


class AuditVerdict(models.Model):
    """How far a verification is, and what it found (the first breaks of them all).

    Only the account that seals may write here. ``copies_compared``: whether the object store was
    read; null where there is none.
    """

    check_asked = models.OneToOneField(
        AuditCheck, on_delete=models.PROTECT, primary_key=True, related_name="verdict"
    )
    moved_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=CheckState.choices, default=CheckState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    breaks = models.JSONField(default=list)
    break_count = models.BigIntegerField(default=0)
    restarts = models.JSONField(default=list)
    copies_compared = models.BooleanField(null=True)

    objects = AllOrNoneQuerySet["AuditVerdict"].as_manager()
