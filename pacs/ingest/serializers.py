from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from common.errors import AppError
from pacs import examples
from pacs.choices import InstancePlace
from pacs.ingest.upload_status import StoredStudy, UploadStatus


@example(examples.UPLOAD, media_type="multipart/form-data")
class UploadIn(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        help_text="DICOM files or zip files; file names may contain folders",
    )
    patient_id = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="MRN; files of another patient are rejected",
    )


class DocumentsIn(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        help_text="PNG, JPEG or PDF; pictures are the pages of one series, in this order",
    )
    patient_id = serializers.CharField(max_length=64, help_text="MRN")
    description = serializers.RegexField(
        r"^[^\\\x00-\x1f\x7f]+\Z", max_length=64, help_text="What it is, for example its title"
    )
    date = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Of the document, if known"
    )


class UploadedStudyOut(serializers.Serializer[Any]):
    """A study of the upload. ``indexed`` is false while an instance of it waits for the index.

    ``modality``, ``study_date`` and ``description`` are null until it is in the index, and if the
    sender may not see it.
    """

    study_instance_uid = serializers.CharField()
    instances = serializers.IntegerField()
    unfiled = serializers.SerializerMethodField()
    indexed = serializers.BooleanField()
    modality = serializers.CharField(source="summary.modality", default=None, allow_null=True)
    study_date = serializers.DateField(
        source="summary.study.study_date", default=None, allow_null=True
    )
    description = serializers.CharField(
        source="summary.study.description", default=None, allow_null=True
    )

    def get_unfiled(self, study: StoredStudy) -> int:
        """Number of instances that radiology decides about."""
        return study.places[InstancePlace.UNFILED]


class UploadedFileOut(serializers.Serializer[Any]):
    """The result of one file. ``code`` and ``message`` are null unless it was rejected."""

    name = serializers.CharField()
    status = serializers.ChoiceField(["stored", "duplicate", "rejected"])
    sop_instance_uid = serializers.CharField(allow_blank=True)
    study_instance_uid = serializers.CharField(allow_blank=True)
    place = serializers.ChoiceField(InstancePlace.choices, allow_null=True)
    code = serializers.CharField(source="error.value.code", default=None, allow_null=True)
    message = serializers.SerializerMethodField()

    def get_message(self, file: Any) -> str | None:
        return AppError(file.error).message(get_language() or "ko") if file.error else None


class _StatusOut(serializers.Serializer[Any]):
    indexed = serializers.BooleanField(help_text="no stored instance waits for the index")
    status_url = serializers.SerializerMethodField()
    studies = UploadedStudyOut(many=True)

    def get_status_url(self, status: UploadStatus) -> str | None:
        """Where to ask again, for a day; null if nothing waits."""
        if status.indexed or status.upload_id is None:
            return None
        return reverse("upload-status", kwargs={"upload_id": status.upload_id})


class UploadOut(_StatusOut):
    """The stored studies, and the result of each file."""

    files = serializers.SerializerMethodField()

    @extend_schema_field(UploadedFileOut(many=True))
    def get_files(self, status: UploadStatus) -> Any:
        return UploadedFileOut(self.context["files"], many=True).data


class StoredInstanceOut(serializers.Serializer[Any]):
    sop_instance_uid = serializers.CharField()
    study_instance_uid = serializers.CharField()
    place = serializers.ChoiceField(InstancePlace.choices)


@example(examples.UPLOAD_STATUS)
class UploadStatusOut(_StatusOut):
    """Where the stored instances of an upload are."""

    instances = StoredInstanceOut(many=True)
