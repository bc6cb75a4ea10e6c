from __future__ import annotations

from django.db import models


class SpecimenKind(models.TextChoices):
    BLOOD = "blood"
    SERUM = "serum"
    PLASMA = "plasma"
    CSF = "csf"
    TISSUE = "tissue"
    URINE = "urine"
    OTHER = "other"


class SpecimenState(models.TextChoices):
    COLLECTED = "COLLECTED"
    RECEIVED = "RECEIVED"
    REJECTED = "REJECTED"


class RejectReason(models.TextChoices):
    HAEMOLYSED = "haemolysed"
    CLOTTED = "clotted"
    INSUFFICIENT = "insufficient"
    MISLABELLED = "mislabelled"
    WRONG_TUBE = "wrong_tube"
    TOO_OLD = "too_old"
    OTHER = "other"


class BenchStep(models.TextChoices):
    """What a laboratory order waits for, from the first tube to the last signature."""

    COLLECT = "COLLECT"
    RECEIVE = "RECEIVE"
    ENTER = "ENTER"
    VERIFY = "VERIFY"
    CONFIRM = "CONFIRM"
    DONE = "DONE"


class ResultState(models.TextChoices):
    """RETURNED: whoever verifies sent it back to be entered anew."""

    ENTERED = "ENTERED"
    RETURNED = "RETURNED"
    VERIFIED = "VERIFIED"
    SUPERSEDED = "SUPERSEDED"


class ResultSource(models.TextChoices):
    MANUAL = "manual"
    HL7 = "hl7"
    CSV = "csv"


class Flag(models.TextChoices):
    """HL7 table 0078, as far as a number can have one."""

    LOW = "L"
    HIGH = "H"
    CRITICAL_LOW = "LL"
    CRITICAL_HIGH = "HH"


CRITICAL = (Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH)


class MessageKind(models.TextChoices):
    HL7 = "hl7"
    CSV = "csv"


class MessageState(models.TextChoices):
    """HELD and PARTIAL wait for a person."""

    ACCEPTED = "ACCEPTED"
    PARTIAL = "PARTIAL"
    HELD = "HELD"
    DISCARDED = "DISCARDED"


class CallOutcome(models.TextChoices):
    """Only a value that was read back is confirmed."""

    CONFIRMED = "confirmed"
    NO_READBACK = "no_readback"
    NOT_REACHED = "not_reached"
