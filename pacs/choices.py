"""DICOM constants of the imaging app (PS3.4 annex B, PS3.6), and the states of its rows."""

from __future__ import annotations

from django.db import models

from ocs.choices import PRIORITY_RANKS as ORDER_RANKS

DERIVED_MODALITIES = frozenset({"SEG", "SR", "PR", "KO", "RTSTRUCT", "PMAP", "REG"})
"""Of objects about images, which are no images; PMAP is a Parametric Map of ours."""

PRIORITY_RANKS: dict[str, int] = {**ORDER_RANKS, "": len(ORDER_RANKS)}
"""Order of the priorities in a list of studies; the last is of a study without an order."""


class DoseSource(models.TextChoices):
    """What says the dose of a CT study: a Radiation Dose SR, or CTDIvol in its images."""

    REPORT = "report"
    IMAGES = "images"


class Htj2k(models.TextChoices):
    """Whether the frames of an instance are stored as HTJ2K."""

    WAITING = "WAITING"
    STORED = "STORED"
    REFUSED = "REFUSED"


class Htj2kRefusal(models.TextChoices):
    """Why an instance is not transcoded to HTJ2K."""

    LOSSY = "LOSSY"
    SINGLE_BIT = "SINGLE_BIT"
    SEGMENTATION = "SEGMENTATION"
    VIDEO = "VIDEO"
    FLOAT = "FLOAT"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    WRONG_LENGTH = "WRONG_LENGTH"
    TOO_LARGE = "TOO_LARGE"
    UNREADABLE = "UNREADABLE"
    MISMATCH = "MISMATCH"
    DECODER_CRASHED = "DECODER_CRASHED"


class InstancePlace(models.TextChoices):
    """Where a stored instance is.

    INDEXED: in a study. WAITING: the change feed has not reached it. UNFILED: it contradicts the
    index, and radiology decides about it.
    """

    INDEXED = "indexed"
    WAITING = "waiting"
    UNFILED = "unfiled"


class UnfiledReason(models.TextChoices):
    """Why an instance that the archive stored is in no study: what it contradicts."""

    STUDY_OF_ANOTHER_PATIENT = "study_of_another_patient"
    SERIES_OF_ANOTHER_STUDY = "series_of_another_study"
    INSTANCE_OF_ANOTHER_SERIES = "instance_of_another_series"
    INVALID_UID = "invalid_uid"


class SuggestionReason(models.TextChoices):
    """In what a patient agrees with images of no known patient.

    PROCEDURE: an open order of the images' modality, at about their time.
    """

    ACCESSION_NUMBER = "accession_number"
    STUDY_INSTANCE_UID = "study_instance_uid"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PROCEDURE = "procedure"


class UnfiledDecision(models.TextChoices):
    """What a user decides about unfiled instances.

    FILE: they belong to the study that they contradict. CORRECT: their patient is the right one,
    for the images filed before as well. REJECT: they are deleted.
    """

    FILE = "file"
    CORRECT = "correct"
    REJECT = "reject"


class QuarantineReason(models.TextChoices):
    """Why a study of the index is kept from everybody until a user says whose it is.

    SENDER: its sender does not see the patient. IDENTITY: a name or birth date in its images is not
    that of the patient whose Patient ID they carry. WRONG_PATIENT: a user took it off its patient.
    """

    SENDER = "sender"
    IDENTITY = "identity"
    WRONG_PATIENT = "wrong_patient"


class IdentityDifference(models.TextChoices):
    """In what the images contradict a patient."""

    NAME = "name"
    BIRTH_DATE = "birth_date"


class MoveFailure(models.TextChoices):
    """Why series do not go to another study: refused, or not carried out.

    IMAGES_GONE: deleted meanwhile. REPORT_SIGNED, REPORTS_CLASH: the study that gets empty has a
    signed report, or a draft by the template of one of the other study. ARCHIVE: it did not do it.
    """

    SAME_STUDY = "same_study"
    OTHER_PATIENT = "other_patient"
    UNDER_WAY = "under_way"
    NOTHING_LEFT = "nothing_left"
    IMAGES_GONE = "images_gone"
    REPORT_SIGNED = "report_signed"
    REPORTS_CLASH = "reports_clash"
    ARCHIVE = "archive"
