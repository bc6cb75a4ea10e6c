from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from common.errors import AppError
from pacs import examples


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


class UploadedStudyOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    instances = serializers.IntegerField()


class UploadedFileOut(serializers.Serializer[Any]):
    """The result of one file. ``code`` and ``message`` are null unless it was rejected."""

    name = serializers.CharField()
    status = serializers.ChoiceField(["stored", "duplicate", "rejected"])
    sop_instance_uid = serializers.CharField(allow_blank=True)
    study_instance_uid = serializers.CharField(allow_blank=True)
    code = serializers.CharField(source="error.value.code", default=None, allow_null=True)
    message = serializers.SerializerMethodField()

    def get_message(self, file: Any) -> str | None:
        return AppError(file.error).message(get_language() or "ko") if file.error else None


class UploadOut(serializers.Serializer[Any]):
    """The stored studies, and the result of each file."""

    studies = serializers.SerializerMethodField()
    files = UploadedFileOut(many=True)

    @extend_schema_field(UploadedStudyOut(many=True))
    def get_studies(self, result: Any) -> list[dict[str, Any]]:
        return [
            {"study_instance_uid": uid, "instances": count} for uid, count in result.studies.items()
        ]
