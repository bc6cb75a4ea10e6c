from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from common.api.schema import example
from pacs import examples
from pacs.choices import (
    DERIVED_MODALITIES,
    Htj2kRefusal,
    IdentityDifference,
    MoveFailure,
    QuarantineReason,
    SuggestionReason,
    UnfiledDecision,
    UnfiledReason,
)
from pacs.derived import frame_store
from pacs.htj2k.progress import Htj2kProgress
from pacs.index.unfiled import UNKNOWN_PATIENT
from pacs.models import Instance, Series, SeriesMove


class StudyPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    patient_id = serializers.CharField(help_text="MRN, equal to DICOM Patient ID (0010,0020)")
    full_name = serializers.CharField()
    birth_date = serializers.DateField()
    gender = serializers.CharField()


class SeriesOut(serializers.ModelSerializer[Series]):
    """A series. ``images``: frames of its images; none in a SEG or SR."""

    instances = serializers.IntegerField(source="instance_count")
    images = serializers.SerializerMethodField()

    class Meta:
        model = Series
        fields = [
            "id",
            "series_instance_uid",
            "modality",
            "number",
            "description",
            "body_part",
            "frame_of_reference_uid",
            "instances",
            "images",
        ]

    def get_images(self, series: Any) -> int:
        return 0 if series.modality in DERIVED_MODALITIES else series.frames


class RefusalsOut(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(Htj2kRefusal.choices)
    instances = serializers.IntegerField()


class Htj2kOut(serializers.Serializer[Any]):
    """Numbers of instances stored as HTJ2K and refused for it; the others are waiting.

    ``paused``: transcoding waits for free disk space.
    """

    instances = serializers.IntegerField()
    stored = serializers.IntegerField()
    refused = RefusalsOut(many=True)
    paused = serializers.SerializerMethodField()

    def get_paused(self, progress: Htj2kProgress) -> bool:
        return progress.waiting > 0 and frame_store.paused()


class InstanceOut(serializers.ModelSerializer[Instance]):
    """An instance. ``image_position`` is Image Position (Patient) (0020,0032): LPS, mm.

    Of a multi-frame image it is a list of one position a frame.
    """

    class Meta:
        model = Instance
        fields = [
            "sop_instance_uid",
            "orthanc_id",
            "sop_class_uid",
            "transfer_syntax_uid",
            "number",
            "rows",
            "columns",
            "frames",
            "image_position",
            "file_size",
        ]


@example(examples.SERIES_DETAIL)
class SeriesDetailOut(serializers.Serializer[Any]):
    """A series and its instances: by position if they form a volume, else by number."""

    id = serializers.IntegerField(source="series.pk")
    study_instance_uid = serializers.CharField(source="series.study.study_instance_uid")
    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    modality = serializers.CharField(source="series.modality")
    number = serializers.IntegerField(source="series.number", allow_null=True)
    description = serializers.CharField(source="series.description")
    body_part = serializers.CharField(source="series.body_part")
    frame_of_reference_uid = serializers.CharField(source="series.frame_of_reference_uid")
    instances = InstanceOut(many=True)


@example(examples.PATIENT_WITH_IMAGES)
class PatientWithImagesOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="patient_id")
    patient_id = serializers.CharField(source="patient__patient_id", help_text="MRN")
    full_name = serializers.CharField(source="patient__full_name")
    studies = serializers.IntegerField()
    last_study_date = serializers.DateField(allow_null=True)


@example(examples.PATIENT_IMAGE)
class PatientImageOut(serializers.ModelSerializer[Instance]):
    study_instance_uid = serializers.CharField(source="series.study.study_instance_uid")
    study_date = serializers.DateField(source="series.study.study_date", allow_null=True)
    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    modality = serializers.CharField(source="series.modality")
    preview = serializers.SerializerMethodField()

    class Meta:
        model = Instance
        fields = [
            "orthanc_id",
            "sop_instance_uid",
            "study_instance_uid",
            "study_date",
            "series_instance_uid",
            "modality",
            "number",
            "rows",
            "columns",
            "frames",
            "preview",
        ]

    def get_preview(self, instance: Instance) -> str:
        """URL of the PNG preview."""
        return reverse("orthanc-preview", kwargs={"orthanc_id": instance.orthanc_id})


REASONS = [UNKNOWN_PATIENT, *QuarantineReason.values, *UnfiledReason.values]


class ContradictedStudyOut(serializers.Serializer[Any]):
    """The study in the index that unfiled images contradict."""

    study_instance_uid = serializers.CharField()
    patient = StudyPatientOut(allow_null=True)
    dicom_patient_id = serializers.CharField()
    dicom_patient_name = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    description = serializers.CharField()


class SuggestedOrderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    accession_number = serializers.CharField()
    job_type = serializers.CharField()
    ordered_at = serializers.DateTimeField()


class SuggestionOut(serializers.Serializer[Any]):
    """A patient whose the images may be, and in what they agree."""

    patient = StudyPatientOut()
    order = SuggestedOrderOut(allow_null=True)
    reasons = serializers.ListField(child=serializers.ChoiceField(SuggestionReason.choices))


class QuarantineOut(serializers.Serializer[Any]):
    """Why a study is kept from everybody.

    ``patient``: whose it was, or would be by its Patient ID; null if the user does not see them.
    """

    reason = serializers.ChoiceField(QuarantineReason.choices)
    patient = StudyPatientOut(allow_null=True)
    dicom_patient_name = serializers.CharField(help_text="what contradicts the patient")
    dicom_birth_date = serializers.CharField(help_text="as the name")
    differences = serializers.ListField(child=serializers.ChoiceField(IdentityDifference.choices))


@example(examples.UNMATCHED)
class UnmatchedStudyOut(serializers.Serializer[Any]):
    """What waits for a decision, with the patient data of its DICOM files.

    A study of an unknown patient or in quarantine (``unfiled`` is null), or images that contradict
    the study in ``contradicts``, which is null as well if the user may not see it.
    """

    unfiled = serializers.IntegerField(allow_null=True)
    reason = serializers.ChoiceField(choices=REASONS)
    decision = serializers.CharField(help_text="set while it is being carried out")
    decisions = serializers.ListField(child=serializers.ChoiceField(UnfiledDecision.choices))
    contradicts = ContradictedStudyOut(allow_null=True)
    quarantine = QuarantineOut(allow_null=True)
    suggestions = SuggestionOut(many=True, help_text="The likeliest first; a person decides")
    study_instance_uid = serializers.CharField()
    dicom_patient_id = serializers.CharField()
    dicom_patient_name = serializers.CharField()
    dicom_birth_date = serializers.CharField()
    dicom_sex = serializers.CharField()
    accession_number = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    description = serializers.CharField()
    instances = serializers.IntegerField(source="instance_count")
    last_instance_at = serializers.DateTimeField()


class UnmatchedQuery(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField(required=False, default="")
    ordering = serializers.ChoiceField(
        ["last_instance_at", "-last_instance_at", "study_date", "-study_date"],
        default="-last_instance_at",
    )


@example(examples.UNFILED_DECISION)
class UnfiledDecisionIn(serializers.Serializer[Any]):
    """file: to the study that they contradict. correct: their patient is the right one, for the
    images filed before too. reject: delete them from the archive.
    """

    decision = serializers.ChoiceField(UnfiledDecision.choices)


@example(examples.UNFILED_DECIDED)
class UnfiledDecisionOut(serializers.Serializer[Any]):
    unfiled = serializers.IntegerField(source="pk")
    decision = serializers.CharField()


@example(examples.QUARANTINED)
class QuarantinedOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    quarantined = serializers.BooleanField(default=True)


@example(examples.SERIES_MOVE)
class SeriesMoveIn(serializers.Serializer[Any]):
    series = serializers.ListField(
        child=serializers.CharField(max_length=64), min_length=1, max_length=500
    )
    into = serializers.CharField(
        max_length=64,
        default="",
        allow_blank=True,
        help_text="Study Instance UID of another study of the patient; empty: a study of their own",
    )


@example(examples.SERIES_MOVED)
class SeriesMoveOut(serializers.ModelSerializer[SeriesMove]):
    """``done_at``: null while the files are being written; with a ``failure`` nothing was moved.
    Series and studies are described as they were when it was decided.
    """

    modality = serializers.CharField(source="described.modality", default="")
    series_number = serializers.IntegerField(
        source="described.number", default=None, allow_null=True
    )
    series_description = serializers.CharField(source="described.series", default="")
    from_description = serializers.CharField(source="described.from.description", default="")
    from_study_date = serializers.DateField(
        source="described.from.date", default=None, allow_null=True
    )
    into_description = serializers.CharField(source="described.into.description", default="")
    into_study_date = serializers.DateField(
        source="described.into.date", default=None, allow_null=True
    )
    decided_by = serializers.CharField(source="decided_by.full_name")
    failure = serializers.ChoiceField(MoveFailure.choices, allow_blank=True)

    class Meta:
        model = SeriesMove
        fields = (
            "series_instance_uid",
            "modality",
            "series_number",
            "series_description",
            "from_study_instance_uid",
            "from_description",
            "from_study_date",
            "into_study_instance_uid",
            "into_description",
            "into_study_date",
            "decided_by",
            "decided_at",
            "done_at",
            "failure",
        )


@example(examples.MATCH)
class MatchIn(serializers.Serializer[Any]):
    patient_id = serializers.CharField(max_length=64, help_text="MRN")
    order = serializers.IntegerField(
        min_value=1, required=False, help_text="If the accession number does not name it"
    )


@example(examples.MATCHED)
class MatchOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    patient = StudyPatientOut()
    accession_number = serializers.CharField()
    order = serializers.IntegerField(source="order_id", allow_null=True)
