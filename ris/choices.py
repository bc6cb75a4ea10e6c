"""The states of the radiologist's work."""

from __future__ import annotations

from django.db import models


class ReadingStatus(models.TextChoices):
    """The reading state of a study."""

    UNREAD = "UNREAD"
    READING = "READING"
    READ = "READ"


class ReadingStep(models.TextChoices):
    """What happened to the reading of a study."""

    LOCKED = "locked"
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    RELEASED = "released"
    EXPIRED = "expired"
    READ = "read"
    ASSIGNED = "assigned"
    MERGED = "merged"


class ReadingPlace(models.TextChoices):
    """``ReadingStatus`` as the worklist names it, in the same order."""

    UNREAD = "unread"
    BEING_READ = "being_read"
    READ = "read"


class AiRank(models.IntegerChoices):
    """The AI results of a study, in the order of the worklist's column."""

    URGENT = 0
    READY = 1
    RUNNING = 2
    FAILED = 3
    REVIEWED = 4
    NONE = 5


class ReportRank(models.IntegerChoices):
    """The report of a study, in the order of the worklist's column."""

    NONE = 0
    DRAFT = 1
    PRELIMINARY = 2
    SIGNED = 3
    AMENDED = 4


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
    """What came of a C-ECHO to a node. CERTIFICATE: its certificate is not what is said of it."""

    OK = "ok"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    CERTIFICATE = "certificate"


class TlsCheck(models.TextChoices):
    """What is checked of the certificate of a node that is called by TLS.

    CERTIFICATE: by whom it is issued. HOST: that it names the node's address as well.
    """

    NONE = "none"
    CERTIFICATE = "certificate"
    HOST = "host"


class PerformedState(models.TextChoices):
    """Performed Procedure Step Status (0040,0252)."""

    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    DISCONTINUED = "DISCONTINUED"


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


class ReportStatus(models.TextChoices):
    """``AMENDED``: a signed amendment; what it amends stays signed and is not in force any more.

    ``DISCARDED``: a draft that was given up; it is kept with its versions.
    """

    DRAFT = "draft"
    PRELIMINARY = "preliminary"
    SIGNED = "signed"
    AMENDED = "amended"
    DISCARDED = "discarded"


class ReportLanguage(models.TextChoices):
    KOREAN = "ko"
    ENGLISH = "en"


class CriticalCategory(models.TextChoices):
    HAEMORRHAGE = "haemorrhage"
    LARGE_VESSEL_OCCLUSION = "large_vessel_occlusion"
    HERNIATION = "herniation"
    MASS_EFFECT = "mass_effect"
    HYDROCEPHALUS = "hydrocephalus"
    FRACTURE = "fracture"
    FOREIGN_BODY = "foreign_body"
    OTHER = "other"


CRITICAL_NAMES: dict[str, dict[str, str]] = {
    CriticalCategory.HAEMORRHAGE: {"ko": "두개내 출혈", "en": "Intracranial haemorrhage"},
    CriticalCategory.LARGE_VESSEL_OCCLUSION: {"ko": "대혈관 폐색", "en": "Large vessel occlusion"},
    CriticalCategory.HERNIATION: {"ko": "뇌탈출", "en": "Herniation"},
    CriticalCategory.MASS_EFFECT: {"ko": "종괴 효과", "en": "Mass effect"},
    CriticalCategory.HYDROCEPHALUS: {"ko": "수두증", "en": "Hydrocephalus"},
    CriticalCategory.FRACTURE: {"ko": "골절", "en": "Fracture"},
    CriticalCategory.FOREIGN_BODY: {"ko": "이물", "en": "Foreign body"},
    CriticalCategory.OTHER: {"ko": "기타 위급 소견", "en": "Other critical finding"},
}
REPORT_STEPS = {
    ReportStatus.DRAFT: {
        ReportStatus.PRELIMINARY,
        ReportStatus.SIGNED,
        ReportStatus.AMENDED,
        ReportStatus.DISCARDED,
    },
    ReportStatus.PRELIMINARY: {ReportStatus.SIGNED, ReportStatus.AMENDED},
    ReportStatus.SIGNED: set(),
    ReportStatus.AMENDED: set(),
    ReportStatus.DISCARDED: set(),
}
OUT = (ReportStatus.SIGNED, ReportStatus.AMENDED)


class RegistrationStatus(models.TextChoices):
    """``DONE`` waits for a person, who accepts or rejects it."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
