"""The index of the archive, written only from Orthanc's change feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.db import VersionedModel, VisibleQuerySet
from common.person import Person
from emr import selectors as patients
from pacs.choices import (
    PRIORITY_RANKS,
    Htj2k,
    Htj2kRefusal,
    MoveFailure,
    QuarantineReason,
    UnfiledDecision,
    UnfiledReason,
)
from pacs.dicom.acquisition import Acquisition
from pacs.dicom.values import TEXT_LENGTH
from rbac import selectors as rights
from rbac.permissions import Permission, Scope


class StudyQuerySet(VisibleQuerySet["Study"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_STUDY) -> StudyQuerySet:
        """Studies that the user may see with ``permission``, also shared ones; none by default.

        Unmatched studies have no patient and are returned only by ``unmatched_for``.
        """
        seen = studies_seen(user, permission)
        return self.none() if seen is None else self.filter(seen)

    def unmatched_for(self, user: Person) -> StudyQuerySet:
        """Unmatched studies, for users who may match them."""
        if rights.scope_for(user, Permission.MATCH_STUDY) is Scope.NONE:
            return self.none()
        return self.filter(patient__isnull=True)


def studies_seen(
    user: Person, permission: str, *, study: str = "pk", patient: str = "patient"
) -> Q | None:
    """The condition on rows that name a study and its patient; None: the user sees none."""
    scope = rights.scope_for(user, permission)
    if scope is Scope.NONE:
        return None
    matched = Q(**{f"{patient}__isnull": False})
    if scope is Scope.ALL:
        grants = patients.grants_that_open(user)
        hidden = Q(**{f"{patient}__in": patients.patients_closed_to(user, grants)})
        if shared := _shared(grants):
            hidden &= ~Q(**{f"{study}__in": shared})
        return ~hidden & matched
    mine = Q(**{f"{patient}__in": patients.patients_seen_by(user, permission)})
    if scope in (Scope.SHARED, Scope.SHARED_SIGNED):
        mine |= Q(**{f"{study}__in": _shared(patients.grants_that_open(user))})
    return mine & matched


def _shared(grants: Iterable[Any]) -> list[int]:
    """Ids of single studies that are shared, while they are of the patient of whom they were.

    Few, and mostly none: read here, where a subquery would cost the hot path more.
    """
    shares = {(one.study_instance_uid, one.patient_id) for one in grants if one.study_instance_uid}
    if not shares:
        return []
    studies = Study.objects.filter(study_instance_uid__in={uid for uid, _ in shares}).order_by()
    found = studies.values_list("pk", "study_instance_uid", "patient_id")
    return [pk for pk, *share in found if tuple(share) in shares]


class Study(VersionedModel):
    """A DICOM study. ``patient`` is null until it is matched, by Patient ID or by a user.

    ``order_by_person``: somebody chose the order, which no header takes off again.
    ``stable_at`` is set when no instance has arrived for some seconds. What begins with ``list_``
    repeats, for sorting, what the series, the patient, the order and the reading say.
    """

    study_instance_uid = models.CharField(max_length=64, unique=True)
    orthanc_id = models.CharField(max_length=44, unique=True)
    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.PROTECT, related_name="studies", null=True
    )
    order = models.ForeignKey(
        "ocs.Order", on_delete=models.SET_NULL, related_name="studies", null=True
    )
    order_by_person = models.BooleanField(default=False, db_default=False)
    dicom_patient_id = models.CharField(max_length=TEXT_LENGTH, blank=True, db_index=True)
    dicom_patient_name = models.CharField(max_length=324, blank=True)
    dicom_birth_date = models.CharField(max_length=8, blank=True)
    dicom_sex = models.CharField(max_length=TEXT_LENGTH, blank=True)
    accession_number = models.CharField(max_length=TEXT_LENGTH, blank=True, db_index=True)
    study_id = models.CharField(max_length=TEXT_LENGTH, blank=True)
    study_date = models.DateField(null=True)
    study_time = models.CharField(max_length=16, blank=True)
    timezone_offset_from_utc = models.CharField(max_length=TEXT_LENGTH, blank=True)
    description = models.CharField(max_length=TEXT_LENGTH, blank=True)
    referring_physician_name = models.CharField(max_length=324, blank=True)
    last_instance_at = models.DateTimeField()
    stable_at = models.DateTimeField(null=True, db_index=True)
    list_modality = models.CharField(max_length=TEXT_LENGTH, blank=True, default="")
    list_patient_name = models.CharField(max_length=150, blank=True, default="")
    list_priority = models.PositiveSmallIntegerField(default=PRIORITY_RANKS[""])
    list_reading = models.PositiveSmallIntegerField(default=0)

    objects = StudyQuerySet.as_manager()

    class Meta:
        db_table = "ris_study"
        ordering = ["-study_date", "-id"]
        indexes = [
            models.Index(fields=["patient", "study_date"]),
            models.Index(fields=["study_date", "id", "patient"]),
            models.Index(fields=["dicom_patient_name", "study_date", "id", "patient"]),
            models.Index(fields=["list_modality", "study_date", "id", "patient"]),
            models.Index(fields=["list_patient_name", "study_date", "id", "patient"]),
            models.Index(fields=["list_priority", "study_date", "id", "patient"]),
            models.Index(fields=["list_reading", "study_date", "id", "patient"]),
        ]


class StudySender(models.Model):
    """An application entity that sent instances of the study by C-STORE, and its address."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="senders")
    ae_title = models.CharField(max_length=16)
    address = models.CharField(max_length=45)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "pacs_studysender"
        ordering = ["first_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "ae_title", "address"], name="sender_once_a_study"
            )
        ]


class NameWord(models.Model):
    """A word of a study's Patient's Name (``name_words``), for fuzzy matching."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="name_words")
    word = models.CharField(max_length=64, db_collation="utf8mb4_bin")

    class Meta:
        db_table = "ris_nameword"
        constraints = [
            models.UniqueConstraint(fields=["study", "word"], name="name_word_once_a_study")
        ]
        indexes = [models.Index(fields=["word", "study"])]


class SeriesQuerySet(VisibleQuerySet["Series"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_STUDY) -> SeriesQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user, permission))


class Series(models.Model):
    """``acquisition`` is ``Acquisition`` as JSON; empty where an older version wrote the row."""

    series_instance_uid = models.CharField(max_length=64, unique=True)
    orthanc_id = models.CharField(max_length=44, unique=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="series")
    modality = models.CharField(max_length=TEXT_LENGTH)
    number = models.IntegerField(null=True)
    description = models.CharField(max_length=TEXT_LENGTH, blank=True)
    body_part = models.CharField(max_length=TEXT_LENGTH, blank=True)
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)
    series_date = models.DateField(null=True)
    series_time = models.CharField(max_length=16, blank=True)
    performed_procedure_step_start_date = models.DateField(null=True)
    performed_procedure_step_start_time = models.CharField(max_length=16, blank=True)
    scheduled_procedure_step_id = models.CharField(max_length=TEXT_LENGTH, blank=True)
    requested_procedure_id = models.CharField(max_length=TEXT_LENGTH, blank=True)
    acquisition = models.JSONField(default=dict)
    ctdi_vol = models.FloatField(null=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        db_table = "ris_series"
        ordering = ["number", "id"]
        indexes = [models.Index(fields=["modality", "study"])]

    @property
    def acquired(self) -> Acquisition:
        return Acquisition(**self.acquisition)


class InstanceQuerySet(VisibleQuerySet["Instance"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_STUDY) -> InstanceQuerySet:
        return self.filter(series__study__in=Study.objects.visible_to(user, permission))


class Instance(models.Model):
    """``image_position`` and ``image_orientation`` are LPS, mm: (0020,0032), (0020,0037).

    Of a multi-frame image ``image_position`` is a list of one position a frame.
    ``indexed_at`` is updated when the instance was replaced under the same SOP Instance UID.
    """

    sop_instance_uid = models.CharField(max_length=64, unique=True)
    orthanc_id = models.CharField(max_length=44, unique=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="instances")
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64, blank=True)
    number = models.IntegerField(null=True)
    rows = models.PositiveIntegerField(null=True)
    columns = models.PositiveIntegerField(null=True)
    bits_allocated = models.PositiveIntegerField(null=True)
    frames = models.PositiveIntegerField(default=1)
    image_position = models.JSONField(null=True)
    image_orientation = models.JSONField(null=True)
    pixel_spacing = models.JSONField(null=True)
    slice_thickness = models.FloatField(null=True)
    file_size = models.BigIntegerField(default=0)
    indexed_at = models.DateTimeField(auto_now_add=True)
    htj2k = models.CharField(max_length=8, choices=Htj2k.choices, default=Htj2k.WAITING)
    htj2k_reason = models.CharField(max_length=16, choices=Htj2kRefusal.choices, blank=True)

    objects = InstanceQuerySet.as_manager()

    class Meta:
        db_table = "ris_instance"
        ordering = ["number", "id"]
        indexes = [
            models.Index(fields=["htj2k", "series"]),
            models.Index(fields=["series", "rows", "frames"]),
        ]


class DerivedObject(models.Model):
    """What an instance of ``DERIVED_MODALITIES`` says of its making; ``dose``: a CtDoseReport.

    ``author``: a PN. ``predecessors``: SOP Instance UIDs of the documents that it replaces.
    """

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, related_name="derived")
    author = models.CharField(max_length=324, blank=True)
    content_date = models.DateField(null=True)
    content_time = models.CharField(max_length=16, blank=True)
    predecessors = models.JSONField(default=list)
    dose = models.JSONField(null=True)

    class Meta:
        db_table = "pacs_derivedobject"


class UnfiledStudyQuerySet(VisibleQuerySet["UnfiledStudy"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MATCH_STUDY
    ) -> UnfiledStudyQuerySet:
        """For users who may match studies: these images belong to no patient yet."""
        return self.none() if rights.scope_for(user, permission) is Scope.NONE else self.all()


class UnfiledStudy(models.Model):
    """Instances of one study of the archive that contradict the index, for one reason.

    They are shown with no patient until a user decides about them. ``orthanc_id``: of the study in
    the archive, which differs from that of the study with the same UID in the index.
    """

    orthanc_id = models.CharField(max_length=44)
    reason = models.CharField(max_length=32, choices=UnfiledReason.choices)
    study_instance_uid = models.CharField(max_length=TEXT_LENGTH, blank=True, db_index=True)
    dicom_patient_id = models.CharField(max_length=TEXT_LENGTH, blank=True)
    dicom_patient_name = models.CharField(max_length=324, blank=True)
    dicom_birth_date = models.CharField(max_length=8, blank=True)
    dicom_sex = models.CharField(max_length=TEXT_LENGTH, blank=True)
    accession_number = models.CharField(max_length=TEXT_LENGTH, blank=True)
    study_date = models.DateField(null=True)
    description = models.CharField(max_length=TEXT_LENGTH, blank=True)
    last_instance_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=UnfiledDecision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    objects = UnfiledStudyQuerySet.as_manager()

    class Meta:
        db_table = "pacs_unfiledstudy"
        constraints = [
            models.UniqueConstraint(fields=["orthanc_id", "reason"], name="unfiled_once_a_reason")
        ]


class UnfiledInstance(models.Model):
    orthanc_id = models.CharField(max_length=44, unique=True)
    unfiled = models.ForeignKey(UnfiledStudy, on_delete=models.CASCADE, related_name="instances")
    series_instance_uid = models.CharField(max_length=TEXT_LENGTH, blank=True)
    sop_instance_uid = models.CharField(max_length=TEXT_LENGTH, blank=True)

    class Meta:
        db_table = "pacs_unfiledinstance"


class ChangeCursor(models.Model):
    """The last sequence of Orthanc's ``/changes`` that is in the index; one row.

    ``anchors``: changes that were read, as (sequence, Orthanc id, time), oldest first and the more
    of them the later: which of them the feed still has tells a deletion from a reset.
    """

    last_seq = models.BigIntegerField(default=0)
    anchors = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "ris_changecursor"


class QuarantinedStudy(models.Model):
    """A study that is kept from everybody, and matched by nothing but a user; then this is deleted.

    Of SENDER it is written before the first file is stored, so neither the numbering of another
    hospital nor a guess can put images into a patient record; ``uploaded_by`` is who sent them.
    ``patient``: whose it was, or would be by its Patient ID. ``dicom_patient_name`` and
    ``dicom_birth_date``: what contradicts that patient, as the images have it.
    """

    study_instance_uid = models.CharField(max_length=64, unique=True)
    reason = models.CharField(
        max_length=16,
        choices=QuarantineReason.choices,
        default=QuarantineReason.SENDER,
        db_default=QuarantineReason.SENDER,
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="quarantined_studies",
        null=True,
    )
    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.PROTECT, related_name="quarantined_studies", null=True
    )
    dicom_patient_name = models.CharField(max_length=324, blank=True, default="", db_default="")
    dicom_birth_date = models.CharField(max_length=8, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "ris_heldstudy"


class SeriesMoveQuerySet(VisibleQuerySet["SeriesMove"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MATCH_STUDY
    ) -> SeriesMoveQuerySet:
        """Out of studies and into studies that the user sees, or may match."""
        seen = Study.objects.visible_to(user, permission) | Study.objects.unmatched_for(user)
        uids = seen.order_by().values("study_instance_uid")
        out = Q(from_study_instance_uid__in=uids)
        return self.filter(out | Q(into_study_instance_uid__in=uids))


class SeriesMove(models.Model):
    """A series that a user moved to another study; ``done_at``: when its files had moved, or it was
    given up because of ``failure``. Studies are named as files name them: the first may be gone.
    ``described``: series and studies as they were when it was decided."""

    series_instance_uid = models.CharField(max_length=64, db_index=True)
    from_study_instance_uid = models.CharField(max_length=64, db_index=True)
    into_study_instance_uid = models.CharField(max_length=64, db_index=True)
    described = models.JSONField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="series_moves"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=16, choices=MoveFailure, default="", db_default="")

    objects = SeriesMoveQuerySet.as_manager()

    class Meta:
        db_table = "pacs_seriesmove"
        ordering = ["-id"]


class AcceptedIdentity(models.Model):
    """A name and birth date in images of a study that a user said to be its patient's."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="accepted_identities")
    dicom_patient_name = models.CharField(max_length=324, blank=True)
    dicom_birth_date = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "pacs_acceptedidentity"
