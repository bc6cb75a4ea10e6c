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


class RunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class MergeState(models.TextChoices):
    PROPOSED = "proposed"
    MERGED = "merged"
    REJECTED = "rejected"
    UNDONE = "undone"


class MergeSide(models.TextChoices):
    SURVIVOR = "survivor"
    DUPLICATE = "duplicate"


class IncomingState(models.TextChoices):
    """``WAITING``: staged, not compared yet. A person decides about all but the matched ones."""

    WAITING = "WAITING"
    MATCHED_EXACT = "MATCHED_EXACT"
    CANDIDATES = "CANDIDATES"
    NEW = "NEW"
    REJECTED = "REJECTED"
    RESOLVED = "RESOLVED"


class IncomingDecision(models.TextChoices):
    LINK = "link"
    CREATE = "create"
    REJECT = "reject"


class MergeObstacle(models.TextChoices):
    SAME_RECORD = "same_record"
    MERGED_ALREADY = "merged_already"
    BOTH_HAVE_ACCOUNTS = "both_have_accounts"


class MergeWarning(models.TextChoices):
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    GENDER_DIFFERS = "gender_differs"
    BECOMES_RESTRICTED = "becomes_restricted"
    ACCOUNT_MOVES = "account_moves"
    BOTH_IN_OPENEMR = "both_in_openemr"
    PROPOSED_ALREADY = "proposed_already"


class Likeness(models.TextChoices):
    NAME = "name"
    SIMILAR_NAME = "similar_name"
    BIRTH_DATE = "birth_date"
    SIMILAR_BIRTH_DATE = "similar_birth_date"
    PHONE = "phone"
    GENDER = "gender"
