from __future__ import annotations

from django.db import models


class Gender(models.TextChoices):
    MALE = "M"
    FEMALE = "F"
    OTHER = "O"
    UNKNOWN = "U"


class EncounterKind(models.TextChoices):
    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    EMERGENCY = "emergency"


class AllergyCategory(models.TextChoices):
    DRUG = "drug"
    FOOD = "food"
    ENVIRONMENT = "environment"
    OTHER = "other"


class AllergySeverity(models.TextChoices):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class AllergyCodeSystem(models.TextChoices):
    ATC = "ATC"
    SNOMED = "SNOMED"


class ProblemCodeSystem(models.TextChoices):
    SNOMED = "SNOMED"
    KCD = "KCD"


class RecordStatus(models.TextChoices):
    ACTIVE = "active"
    RESOLVED = "resolved"


class ChangeAction(models.TextChoices):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class VitalFlag(models.TextChoices):
    LOW = "low"
    HIGH = "high"


class PrescriptionWarning(models.TextChoices):
    ALLERGY = "allergy"
    DUPLICATE = "duplicate"
    INTERACTION = "interaction"
    DOSE = "dose"


class ConflictSide(models.TextChoices):
    OURS = "ours"
    THEIRS = "theirs"


class LinkKind(models.TextChoices):
    """Kinds of rows that OpenEMR has too; ``result`` is only read."""

    ENCOUNTER = "encounter"
    VITALS = "vitals"
    PRESCRIPTION = "prescription"
    ALLERGY = "allergy"
    PROBLEM = "problem"
    RESULT = "result"


class ConflictKind(models.TextChoices):
    PATIENT = "patient"
    ENCOUNTER = "encounter"
    VITALS = "vitals"
    PRESCRIPTION = "prescription"
    ALLERGY = "allergy"
    PROBLEM = "problem"


class SyncFault(models.TextChoices):
    """Why a value of OpenEMR is not here, or one of ours not there."""

    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"
    TOO_LONG = "too_long"
    IN_FUTURE = "in_future"
    BEFORE_BIRTH = "before_birth"
    CONTRADICTION = "contradiction"
    REFUSED = "refused"
    GONE = "gone"


class RunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
