"""Prompts to an assist model, and segmentations that no model made, over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ai import drawing_serializers as shapes
from ai.manifest import SegmentAlgorithm
from ai.services import assist, drawings, mask_imports
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission

_SERIES_ERRORS = (ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.SERIES_NOT_FOUND)
_BEGIN_ERRORS = (
    *_SERIES_ERRORS,
    ErrorCode.SERIES_NOT_A_VOLUME,
    ErrorCode.STUDY_UNMATCHED,
    ErrorCode.VERSION_CONFLICT,
)


class Assist(ApiView):
    required_permissions = {"POST": Permission.REQUEST_AI}

    @extend_schema(
        summary="Outline what a doctor draws: box, clicks, strokes (nothing is stored)",
        tags=["ai"],
        request=shapes.AssistIn,
        responses={
            200: shapes.AssistOut,
            **errors(
                *_SERIES_ERRORS,
                ErrorCode.LABELMAP_ENCODING,
                ErrorCode.LABELMAP_SIZE,
                ErrorCode.LABELMAP_SLICES,
                ErrorCode.LABELMAP_LABEL,
                ErrorCode.MODEL_NOT_FOUND,
                ErrorCode.MODEL_REFUSED_INPUT,
                ErrorCode.DRAWING_REFUSED,
                ErrorCode.THROTTLED,
                ErrorCode.INFERENCE_UNAVAILABLE,
                ErrorCode.INFERENCE_FAILED,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = shapes.AssistIn(data=request.data)
        body.is_valid(raise_exception=True)
        result = assist.prompt_answer(actor=self.actor, **body.validated_data)
        return Response(shapes.AssistOut(result).data)


class Segmentations(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Begin a segmentation without a model: named, coded segments",
        tags=["segmentation"],
        request=shapes.SegmentationIn,
        responses={
            201: shapes.SegmentationBegunOut,
            **errors(*_BEGIN_ERRORS),
        },
    )
    def post(self, request: Request) -> Response:
        body = shapes.SegmentationIn(data=request.data)
        body.is_valid(raise_exception=True)
        begun = drawings.segmentation_begin(actor=self.actor, **body.validated_data)
        return Response(shapes.SegmentationBegunOut(begun).data, status=201)


class SegmentationImport(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Import a SEG, RTSTRUCT or NIfTI as version 1",
        tags=["segmentation"],
        request={"multipart/form-data": shapes.ImportIn},
        responses={
            201: shapes.SegmentationBegunOut,
            **errors(
                *_BEGIN_ERRORS,
                ErrorCode.SEGMENTATION_EMPTY,
                ErrorCode.IMPORT_UNREADABLE,
                ErrorCode.IMPORT_MISMATCH,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        form = shapes.ImportIn(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        given = fields.pop("segments", None)
        segments = shapes.NewSegmentIn(data=given or [], many=True)
        segments.is_valid(raise_exception=True)
        made = mask_imports.segmentation_import(
            actor=self.actor,
            study_instance_uid=fields["study_instance_uid"],
            series_instance_uid=fields.get("series_instance_uid"),
            content=fields["file"].read(),
            segments=segments.validated_data,
            stated=SegmentAlgorithm(
                fields.get("algorithm_type", ""), fields.get("algorithm_name", "")
            ),
        )
        return Response(shapes.SegmentationBegunOut(made).data, status=201)
