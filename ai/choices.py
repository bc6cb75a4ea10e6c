from __future__ import annotations

from django.db import models


class JobStatus(models.TextChoices):
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ReviewStatus(models.TextChoices):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class Origin(models.TextChoices):
    """Where a result comes from: a model's run that a person asked for, or a routing rule; a
    person's drawing, a file from outside."""

    MODEL = "model"
    RULE = "rule"
    MANUAL = "manual"
    IMPORT = "import"


RUN_BY_MODEL = (Origin.MODEL, Origin.RULE)


class RoutingRefusal(models.TextChoices):
    """Why a routing rule asks for nothing though it names a series of the study."""

    RESTRICTED = "restricted"
    UNSUITABLE = "unsuitable"
    MODEL_OFF = "model_off"


class DryOutcome(models.TextChoices):
    """What a routing rule would do with a study."""

    RUN = "run"
    KNOWN = "known"
    REFUSED = "refused"


class MissingReason(models.TextChoices):
    """Why a model cannot use a fact."""

    UNKNOWN = "unknown"
    TOO_OLD = "too_old"
    CONTRADICTORY = "contradictory"
    NO_SERIES = "no_series"


class OfferKind(models.TextChoices):
    """What would give a missing fact."""

    STUDY = "study"
    ORDER = "order"
    RESULT = "result"
    FORM = "form"


class VersionKind(models.TextChoices):
    AI = "ai"
    EDITED = "edited"


class PublicationStatus(models.TextChoices):
    NONE = "NONE"
    PENDING = "PENDING"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"


class WorkitemPriority(models.TextChoices):
    """Scheduled Procedure Step Priority (0074,1200)."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


OPEN = (JobStatus.PENDING, JobStatus.PROCESSING)
"""Of a job that waits or runs."""
ENDED_BADLY = (JobStatus.FAILED, JobStatus.CANCELLED)

TRANSITIONS: dict[str, frozenset[str]] = {
    JobStatus.PENDING: frozenset({JobStatus.PROCESSING, JobStatus.CANCELLED, JobStatus.FAILED}),
    JobStatus.PROCESSING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.FAILED: frozenset({JobStatus.PENDING}),
    JobStatus.COMPLETED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}
