"""The states of the radiologist's work."""

from __future__ import annotations

from django.db import models


class ReadingStatus(models.TextChoices):
    """The reading state of a study."""

    UNREAD = "UNREAD"
    READING = "READING"
    READ = "READ"


class ShareSide(models.TextChoices):
    """Of a share, for the user who looks at it."""

    GIVEN = "given"
    RECEIVED = "received"


class AccessBasis(models.TextChoices):
    """Why somebody sees a patient whom the role alone would not show."""

    CARE_TEAM = "care_team"
    SHARE = "share"
    ORDER = "order"
    BREAK_GLASS = "break_glass"


class EchoOutcome(models.TextChoices):
    """What came of a C-ECHO to a node."""

    OK = "ok"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


class WorklistState(models.TextChoices):
    """Whether an order is on the modality worklist."""

    LISTED = "listed"
    REMOVED = "removed"


class WorklistReason(models.TextChoices):
    """Why an order is on the modality worklist still, or why it is not.

    MISMATCH: images with its Accession Number came, but not of its patient.
    """

    WAITING = "waiting"
    ARRIVING = "arriving"
    MISMATCH = "mismatch"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NOT_WRITTEN = "not_written"
