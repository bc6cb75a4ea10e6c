"""DICOM files from people: many, folders, zips."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import answer, errors
from common.api.uploads import FolderMultiPartParser, spooled_uploads
from common.api.views import ApiView
from common.errors import ErrorCode
from pacs import examples, tasks
from pacs.ingest import serializers
from pacs.ingest.document_upload import documents_upload
from pacs.ingest.upload import dicom_upload
from pacs.ingest.upload_results import IncomingFile, UploadResult
from pacs.ingest.upload_status import upload_settle, upload_status
from rbac.permissions import Permission


def _status(result: UploadResult) -> int:
    if not result.accepted:
        return 503 if result.archive_failed else 400
    return 201 if len(result.accepted) == len(result.files) else 207


_NO_FILE_STORED = ErrorCode.NO_FILE_STORED.value


class _Upload(ApiView):
    """Files that are stored, and waited for until they are in the index."""

    required_permissions = {"POST": Permission.UPLOAD_DICOM}
    parser_classes = [FolderMultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with spooled_uploads(request) as self.folder:
            return super().dispatch(request, *args, **kwargs)

    def files(self, request: Request) -> list[IncomingFile]:
        return [
            IncomingFile(f.client_name, f.path, ErrorCode.FILE_TOO_LARGE if f.too_large else None)
            for f in request.FILES.getlist("files")
        ]

    def settled(self, result: UploadResult) -> Response:
        tasks.nudge_poll()
        result, status = upload_settle(self.actor, result)
        answer = serializers.UploadOut(status, context={"files": result.files})
        return Response(answer.data, status=_status(result))


class DicomUpload(_Upload):
    @extend_schema(
        summary="Upload DICOM files, folders or zip files",
        description=(
            "The response holds a result for each file. The `code` of a rejected file is ERR_110 "
            "to ERR_116, ERR_305 or ERR_502. It is safe to send the same files again. The "
            "response waits a few seconds for the index; `indexed` is false if an instance still "
            "waits, and `status_url` answers where it is."
        ),
        tags=["imaging"],
        request={"multipart/form-data": serializers.UploadIn},
        responses={
            201: answer(serializers.UploadOut, examples.UPLOADED, "All files are stored"),
            207: answer(
                serializers.UploadOut, examples.UPLOADED_PARTLY, "Some files were rejected"
            ),
            400: answer(
                serializers.UploadOut,
                examples.UPLOADED_NOTHING,
                f"All files were rejected; {_NO_FILE_STORED.code} {_NO_FILE_STORED.en}",
            ),
            503: answer(
                serializers.UploadOut,
                examples.UPLOAD_FAILED,
                "The image archive is not available",
            ),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        given = {"patient_id": request.POST.get("patient_id", "")}
        body = serializers.UploadIn(data=given, partial=True)
        body.is_valid(raise_exception=True)
        result = dicom_upload(
            actor=self.actor,
            files=self.files(request),
            patient_id=body.validated_data["patient_id"],
            work=self.folder,
        )
        return self.settled(result)


class DocumentUpload(_Upload):
    @extend_schema(
        summary="Upload pictures or PDFs that a patient brought",
        description=(
            "They are encoded anew, without metadata, scripts, actions and attachments: a picture "
            "as DICOM Secondary Capture, a PDF as Encapsulated PDF. All of them or none is stored, "
            "as one study of the patient. It is safe to send the same again."
        ),
        tags=["imaging"],
        request={"multipart/form-data": serializers.DocumentsIn},
        responses={
            201: answer(serializers.UploadOut, examples.UPLOADED, "All files are stored"),
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.NO_FILE_STORED,
                ErrorCode.DOCUMENT_UNREADABLE,
                ErrorCode.DOCUMENT_ENCRYPTED,
                ErrorCode.DOCUMENT_TOO_LARGE,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.SOP_INSTANCE_CONFLICT,
                ErrorCode.ARCHIVE_UNAVAILABLE,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.DocumentsIn(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        result = documents_upload(
            actor=self.actor,
            files=self.files(request),
            patient_id=given["patient_id"],
            description=given["description"],
            day=given["date"],
            work=self.folder,
        )
        return self.settled(result)


class UploadStatusView(ApiView):
    required_permissions = {"GET": Permission.UPLOAD_DICOM}

    @extend_schema(
        summary="Get where the stored instances of an upload are",
        description="For the sender, within a day, if the upload answered `indexed: false`.",
        tags=["imaging"],
        responses={200: serializers.UploadStatusOut, **errors(ErrorCode.ROUTE_NOT_FOUND)},
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        return Response(serializers.UploadStatusOut(upload_status(self.actor, upload_id)).data)
