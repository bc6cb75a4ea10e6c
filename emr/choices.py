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


class Consciousness(models.TextChoices):
    """ACVPU: alert, new confusion, responds to voice, to pain, or not at all."""

    ALERT = "alert"
    CONFUSION = "confusion"
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"


class Spo2Scale(models.IntegerChoices):
    """Of NEWS2: scale 2 where a clinician set 88-92 % as the target (hypercapnic failure)."""

    ONE = 1
    TWO = 2


class CareRole(models.TextChoices):
    ATTENDING = "attending"
    RESIDENT = "resident"
    NURSE = "nurse"
    CONSULTANT = "consultant"
    THERAPIST = "therapist"
    OTHER = "other"


class ContactRequestState(models.TextChoices):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class BulkOutcome(models.TextChoices):
    """``STORED``: it was there already, by an earlier attempt."""

    CREATED = "created"
    STORED = "stored"
    REFUSED = "refused"


class NewsRisk(models.TextChoices):
    LOW = "low"
    LOW_MEDIUM = "low_medium"
    MEDIUM = "medium"
    HIGH = "high"


class NewsObservation(models.TextChoices):
    """The seven of the early warning score, in the order of its chart."""

    RESPIRATORY_RATE = "respiratory_rate"
    SPO2_PERCENT = "spo2_percent"
    SUPPLEMENTAL_OXYGEN = "supplemental_oxygen"
    SYSTOLIC_MMHG = "systolic_mmhg"
    HEART_RATE = "heart_rate"
    CONSCIOUSNESS = "consciousness"
    TEMPERATURE_C = "temperature_c"


class NewsRefusal(models.TextChoices):
    """Why there is no early warning score."""

    NOTHING = "nothing"
    INCOMPLETE = "incomplete"
    AGE = "age"
    PREGNANCY = "pregnancy"


class BedState(models.TextChoices):
    """``HIDDEN``: occupied by a patient whom the reader may not see."""

    FREE = "free"
    TAKEN = "taken"
    HIDDEN = "hidden"


class WardTaskKind(models.TextChoices):
    ORDER = "order"
    CRITICAL = "critical"


class RecordPart(models.TextChoices):
    """Of a patient's record, as the patient reads who looked at it."""

    RECORD = "record"
    VITALS = "vitals"
    MEDICATION = "medication"
    NOTES = "notes"
    ORDERS = "orders"
    LABORATORY = "laboratory"
    IMAGES = "images"
    AI = "ai"
    TREATMENT = "treatment"
    ACCESS = "access"
    WARD = "ward"


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
