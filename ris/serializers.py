from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from common.errors import AppError
from rbac.permissions import Permission
from ris import examples
from ris.choices import Htj2kRefusal, ReadingStatus
from ris.models import Instance, Series
from ris.selectors.htj2k import Htj2kProgress
from ris.selectors.studies import StudySummary
from ris.services.htj2k import store


class StudyPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    patient_id = serializers.CharField(help_text="The hospital's MRN, DICOM Patient ID")
    full_name = serializers.CharField()
    birth_date = serializers.DateField()
    gender = serializers.CharField()


class ReaderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()


class StudyOrderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    accession_number = serializers.CharField()
    job_type = serializers.CharField()
    status = serializers.CharField()


@example(examples.STUDY)
class StudyOut(serializers.Serializer[Any]):
    """A StudySummary. ``order`` is null for who may not see orders."""

    id = serializers.IntegerField(source="study.pk")
    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    patient = StudyPatientOut(source="study.patient")
    order = serializers.SerializerMethodField()
    modality = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    study_time = serializers.CharField(source="study.study_time")
    description = serializers.CharField(source="study.description")
    accession_number = serializers.CharField(source="study.accession_number")
    series_count = serializers.IntegerField()
    instance_count = serializers.IntegerField()
    stable_at = serializers.DateTimeField(source="study.stable_at", allow_null=True)
    reading_status = serializers.ChoiceField(ReadingStatus.choices, source="study.reading_status")
    reader = ReaderOut(source="study.reader", allow_null=True)
    reading_at = serializers.DateTimeField(source="study.reading_at", allow_null=True)

    @extend_schema_field(StudyOrderOut(allow_null=True))
    def get_order(self, summary: StudySummary) -> dict[str, Any] | None:
        order = summary.study.order
        if order is None or not self.context["request"].user.has_permission(Permission.VIEW_ORDER):
            return None
        return dict(StudyOrderOut(order).data)


@example(examples.READING_CHANGE)
class ReadingIn(serializers.Serializer[Any]):
    status = serializers.ChoiceField(ReadingStatus.choices)


@example(examples.READING)
class ReadingOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    reading_status = serializers.ChoiceField(ReadingStatus.choices)
    reader = ReaderOut(allow_null=True)
    reading_at = serializers.DateTimeField(allow_null=True)


class SeriesOut(serializers.ModelSerializer[Series]):
    """``instances`` is their number."""

    instances = serializers.IntegerField(source="instance_count")

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
        ]


class SegmentationSeriesOut(serializers.Serializer[Any]):
    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    description = serializers.CharField(source="series.description")
    instances = serializers.IntegerField()
    sop_instance_uids = serializers.ListField(child=serializers.CharField())


class PriorOut(serializers.Serializer[Any]):
    """Another study of the same patient."""

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    modality = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    description = serializers.CharField(source="study.description")
    series_count = serializers.IntegerField()
    instance_count = serializers.IntegerField()


class RefusalsOut(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(Htj2kRefusal.choices)
    instances = serializers.IntegerField()


class Htj2kOut(serializers.Serializer[Any]):
    """How many instances are kept in HTJ2K, and how many never will be and why; others wait.

    ``paused``: they wait for room on the disk.
    """

    instances = serializers.IntegerField()
    stored = serializers.IntegerField()
    refused = RefusalsOut(many=True)
    paused = serializers.SerializerMethodField()

    def get_paused(self, progress: Htj2kProgress) -> bool:
        return progress.waiting > 0 and store.paused()


@example(examples.STUDY_DETAIL)
class StudyDetailOut(StudyOut):
    """``segmentations`` are the SEG series that the archive holds; ``reports`` is empty so far."""

    series = SeriesOut(many=True)
    reports = serializers.ListField(child=serializers.DictField())
    segmentations = SegmentationSeriesOut(many=True)
    htj2k = Htj2kOut()
    priors = PriorOut(many=True)


class InstanceOut(serializers.ModelSerializer[Instance]):
    """``image_position`` is LPS, mm, (0020,0032)."""

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
    """A series with its instances, ascending in position when they are a stack."""

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
    patient_id = serializers.CharField(source="patient__patient_id", help_text="The MRN")
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
        """Address of the PNG."""
        return reverse("orthanc-preview", kwargs={"orthanc_id": instance.orthanc_id})


@example(examples.UPLOAD, media_type="multipart/form-data")
class UploadIn(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        help_text="DICOM files, the files of folders, zips of either",
    )
    patient_id = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="The hospital's MRN; files of another patient are rejected",
    )


class UploadedStudyOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    instances = serializers.IntegerField()


class UploadedFileOut(serializers.Serializer[Any]):
    """A FileResult. ``code`` and ``message`` are null unless the file was rejected."""

    name = serializers.CharField()
    status = serializers.ChoiceField(["stored", "duplicate", "rejected"])
    sop_instance_uid = serializers.CharField(allow_blank=True)
    study_instance_uid = serializers.CharField(allow_blank=True)
    code = serializers.CharField(source="error.value.code", default=None, allow_null=True)
    message = serializers.SerializerMethodField()

    def get_message(self, file: Any) -> str | None:
        return AppError(file.error).message(get_language() or "ko") if file.error else None


class UploadOut(serializers.Serializer[Any]):
    """An UploadResult."""

    studies = serializers.SerializerMethodField()
    files = UploadedFileOut(many=True)

    @extend_schema_field(UploadedStudyOut(many=True))
    def get_studies(self, result: Any) -> list[dict[str, Any]]:
        return [
            {"study_instance_uid": uid, "instances": count} for uid, count in result.studies.items()
        ]


@example(examples.UNMATCHED)
class UnmatchedStudyOut(serializers.Serializer[Any]):
    """A study whose patient nobody knows yet, with what its files say about the patient."""

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


@example(examples.MATCH)
class MatchIn(serializers.Serializer[Any]):
    patient_id = serializers.CharField(max_length=64, help_text="The hospital's MRN")


@example(examples.MATCHED)
class MatchOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    patient = StudyPatientOut()
    accession_number = serializers.CharField()
    order = serializers.IntegerField(source="order_id", allow_null=True)
