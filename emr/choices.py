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


class AllergyState(models.TextChoices):
    """What is known of a patient's allergies: some, that there are none, past ones, nothing."""

    RECORDED = "recorded"
    NONE_KNOWN = "none_known"
    RESOLVED = "resolved"
    NOT_RECORDED = "not_recorded"


class TermKind(models.TextChoices):
    PROBLEM = "problem"
    ALLERGEN = "allergen"


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


class RunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
