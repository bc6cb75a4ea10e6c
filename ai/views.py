"""AI models, jobs and segmentations over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ai import drawing_serializers, examples, model_serializers, serializers
from ai.card_serializers import ModelOut
from ai.filters import AIJobFilter
from ai.models import AIJob
from ai.selectors import jobs as job_selectors, segmentations as selectors
from ai.services import (
    catalogue,
    job_requests,
    jobs,
    labelmap as labelmaps,
    recovery,
    review,
    segmentations,
)
from audit import services as audit
from common.api.negotiation import AnyAccept
from common.api.schema import answer, errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from common.person import Person
from rbac.permissions import Permission

_JOB_ERRORS = errors(ErrorCode.AI_JOB_NOT_FOUND)


def _read(actor: Person, job: AIJob, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REQUEST_AI,
    )


class Models(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="List the AI models with their manifests",
        tags=["ai"],
        responses={
            200: ModelOut(many=True),
            **errors(ErrorCode.INFERENCE_UNAVAILABLE, ErrorCode.INFERENCE_FAILED),
        },
    )
    def get(self, request: Request) -> Response:
        return Response([m.to_json() for m in catalogue.models_list()])


class ModelsAvailable(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="List the AI models with what a patient has for them, and what is missing",
        tags=["ai"],
        parameters=[
            OpenApiParameter("patient_id", description="MRN", required=True),
            OpenApiParameter("study_instance_uid", description="Of this study alone"),
        ],
        responses={
            200: model_serializers.AvailableModelOut(many=True),
            **errors(ErrorCode.INFERENCE_UNAVAILABLE, ErrorCode.INFERENCE_FAILED),
        },
    )
    def get(self, request: Request) -> Response:
        models = catalogue.models_available(
            actor=self.actor,
            patient_id=request.query_params.get("patient_id", ""),
            study_instance_uid=request.query_params.get("study_instance_uid"),
        )
        return Response(model_serializers.AvailableModelOut(models, many=True).data)


class Jobs(GenericApiView):
    required_permissions = {"GET": Permission.REQUEST_AI, "POST": Permission.REQUEST_AI}
    list_action = "ai_job.list"
    list_object = "ai_job"
    serializer_class = serializers.AIJobListOut
    filterset_class = AIJobFilter
    ordering_fields = ["id", "created_at"]
    queryset = AIJob.objects.none()

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.patient_id for row in rows]

    def get_queryset(self) -> Any:
        return job_selectors.job_list(self.actor)

    @extend_schema(
        summary="List AI analyses (jobs)",
        tags=["ai"],
        responses=serializers.AIJobListOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Request an AI analysis of a series, or a rule about a patient",
        description="200: an equal request waits, runs or is to be reviewed; this is its analysis.",
        tags=["ai"],
        request=serializers.AIJobIn,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("PENDING")),
            200: answer(serializers.AIJobAcceptedOut, examples.accepted("COMPLETED")),
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.AI_QUEUE_LIMIT,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.SERIES_NOT_FOUND,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.PATIENT_MERGED,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.MODEL_NOT_FOUND,
                ErrorCode.MODEL_REFUSED_INPUT,
                ErrorCode.FACTS_MISSING,
                ErrorCode.INFERENCE_UNAVAILABLE,
                ErrorCode.INFERENCE_FAILED,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.AIJobIn(data=request.data)
        body.is_valid(raise_exception=True)
        job = job_requests.job_request(actor=self.actor, **body.validated_data)
        status = 200 if job.is_repeat else 202
        return Response(serializers.AIJobAcceptedOut(job).data, status=status)


class JobDetail(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="Get an AI analysis: status, result, timeline, publication",
        tags=["ai"],
        responses={200: serializers.AIJobOut, **_JOB_ERRORS},
    )
    def get(self, request: Request, job_id: int) -> Response:
        job = job_selectors.job_get(self.actor, job_id)
        _read(self.actor, job, "ai_job.read")
        return Response(serializers.AIJobOut(job).data)


class JobCancel(ApiView):
    required_permissions = {"POST": Permission.REQUEST_AI}

    @extend_schema(
        summary="Cancel a waiting or running AI analysis",
        description="It goes on, as `status` says, if others asked for the same analysis.",
        tags=["ai"],
        request=None,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("CANCELLED")),
            **errors(
                ErrorCode.AI_JOB_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.PERMISSION_DENIED,
            ),
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        job = jobs.job_cancel(actor=self.actor, job_id=job_id)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


class JobRetry(ApiView):
    required_permissions = {"POST": Permission.REQUEST_AI}

    @extend_schema(
        summary="Run a failed AI analysis again",
        tags=["ai"],
        request=None,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("PENDING")),
            **errors(
                ErrorCode.AI_JOB_NOT_FOUND,
                ErrorCode.MODEL_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.AI_QUEUE_LIMIT,
            ),
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        job = jobs.job_retry(actor=self.actor, job_id=job_id)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


class JobReview(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Review an AI result: approve or reject it",
        tags=["ai"],
        request=serializers.ReviewIn,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("COMPLETED", "APPROVED")),
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.AI_JOB_NOT_FOUND,
                ErrorCode.ALREADY_REVIEWED,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.STUDY_UNMATCHED,
                ErrorCode.SEGMENTATION_EMPTY,
                ErrorCode.SOURCES_MOVED,
            ),
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        body = serializers.ReviewIn(data=request.data)
        body.is_valid(raise_exception=True)
        job = review.job_review(actor=self.actor, job_id=job_id, **body.validated_data)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


_PUBLICATION_ERRORS = errors(
    ErrorCode.AI_JOB_NOT_FOUND, ErrorCode.INVALID_TRANSITION, ErrorCode.PERMISSION_DENIED
)


class PublicationRetry(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Try a failed publication again, as its reviewer or a radiologist",
        tags=["ai"],
        request=None,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("COMPLETED", "APPROVED")),
            **_PUBLICATION_ERRORS,
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        job = recovery.publication_retry(actor=self.actor, job_id=job_id)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


class PublicationWithdraw(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Return a result to review after its publication failed",
        tags=["ai"],
        request=None,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("COMPLETED")),
            **_PUBLICATION_ERRORS,
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        job = recovery.publication_withdraw(actor=self.actor, job_id=job_id)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


class SegmentationDetail(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="Get a segmentation and its versions",
        tags=["segmentation"],
        responses={
            200: serializers.SegmentationOut,
            **errors(ErrorCode.SEGMENTATION_NOT_FOUND),
        },
    )
    def get(self, request: Request, segmentation_id: int) -> Response:
        segmentation = selectors.segmentation_get(self.actor, segmentation_id)
        _read(self.actor, segmentation.job, "segmentation.read")
        return Response(serializers.SegmentationOut(segmentation).data)


class VersionDetail(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}

    @extend_schema(
        summary="Get one version: its grid and volumes",
        tags=["segmentation"],
        responses={200: serializers.VersionOut, **errors(ErrorCode.SEGMENTATION_NOT_FOUND)},
    )
    def get(self, request: Request, segmentation_id: int, version: int) -> Response:
        segmentation = selectors.segmentation_get(self.actor, segmentation_id)
        found = selectors.version_get(segmentation, version)
        _read(self.actor, segmentation.job, "segmentation.read")
        return Response(serializers.VersionOut(found).data)


class VersionLabelmap(ApiView):
    required_permissions = {"GET": Permission.REQUEST_AI}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Get the labelmap: gzip of uint8 slices x rows x columns",
        tags=["segmentation"],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            **errors(ErrorCode.SEGMENTATION_NOT_FOUND),
        },
    )
    def get(self, request: Request, segmentation_id: int, version: int) -> HttpResponse:
        segmentation = selectors.segmentation_get(self.actor, segmentation_id)
        found = selectors.version_get(segmentation, version)
        _read(self.actor, segmentation.job, "segmentation.labelmap")
        body = labelmaps.compress(segmentations.version_labelmap(found))
        return HttpResponse(
            body,
            content_type="application/octet-stream",
            headers={"Content-Encoding": "gzip", "Cache-Control": "private, no-store"},
        )


class SegmentationSave(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Save an edited segmentation as a new version (final approves it)",
        tags=["segmentation"],
        request={"multipart/form-data": drawing_serializers.SaveIn},
        responses={
            201: drawing_serializers.SavedOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.LABELMAP_ENCODING,
                ErrorCode.LABELMAP_SIZE,
                ErrorCode.LABELMAP_SLICES,
                ErrorCode.LABELMAP_LABEL,
                ErrorCode.SEGMENTATION_NOT_FOUND,
                ErrorCode.SERIES_NOT_A_VOLUME,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.ALREADY_REVIEWED,
                ErrorCode.STUDY_UNMATCHED,
                ErrorCode.SEGMENTATION_EMPTY,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        form = drawing_serializers.SaveIn(data=request.data)
        form.is_valid(raise_exception=True)
        meta = drawing_serializers.SaveMetaIn(data=form.validated_data["meta"])
        meta.is_valid(raise_exception=True)
        fields = dict(meta.validated_data)
        version = review.version_save_and_review(
            actor=self.actor,
            study_instance_uid=study_instance_uid,
            segmentation_id=fields["segmentation"],
            base_version=fields["base_version"],
            slices=fields["slices"],
            rows=fields["rows"],
            columns=fields["columns"],
            labelmap=form.validated_data["labelmap"].read(),
            final=fields["final"],
            assisted=fields["assisted"],
        )
        return Response({"version": version.version}, status=201)
