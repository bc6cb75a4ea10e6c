"""Browse the index: studies, one study with all that is in it, one series."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris import serializers
from ris.filters import StudyFilter
from ris.models import Study
from ris.selectors import browse
from ris.selectors.studies import studies_visible_to, study_summaries
from ris.services import reading
from ris.services.htj2k import priority


class Studies(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    queryset = Study.objects.none()
    serializer_class = serializers.StudyOut
    filterset_class = StudyFilter
    ordering_fields = ["study_date", "last_instance_at", "accession_number"]

    @extend_schema(
        summary="Search the studies I may see",
        tags=["imaging"],
        responses={200: serializers.StudyOut(many=True), **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        filters = sorted(set(request.query_params) & set(StudyFilter.base_filters))
        audit.record(
            actor=request.user,
            action="study.list",
            object_type="study",
            permission=Permission.VIEW_STUDY,
            detail={"filters": filters},
        )
        return self.list_response(request)

    def get_queryset(self) -> QuerySet[Study]:
        return studies_visible_to(self.request.user).only("pk")

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return study_summaries(browse.study_rows(super().paginate_queryset(queryset) or []))


class StudyDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}

    @extend_schema(
        summary="One study: its series, segmentations and priors",
        tags=["imaging"],
        responses={200: serializers.StudyDetailOut, **errors(ErrorCode.STUDY_NOT_FOUND)},
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        tree = browse.study_tree(request.user, study_instance_uid)
        audit.record(
            actor=request.user,
            action="study.read",
            object_type="study",
            object_id=study_instance_uid,
            patient_id=tree.study.patient_id,
            permission=Permission.VIEW_STUDY,
        )
        priority.opened(tree.study.pk)
        return Response(serializers.StudyDetailOut(tree, context={"request": request}).data)


class StudyReading(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Say that I read a study, have read it, or give it back",
        description="What one person reads, another can only give back (UNREAD).",
        tags=["imaging"],
        request=serializers.ReadingIn,
        responses={
            200: serializers.ReadingOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.ReadingIn(data=request.data)
        body.is_valid(raise_exception=True)
        study = reading.study_reading_set(
            actor=request.user, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.ReadingOut(study).data)


class SeriesDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}

    @extend_schema(
        summary="One series with its instances in order of position",
        tags=["imaging"],
        responses={200: serializers.SeriesDetailOut, **errors(ErrorCode.SERIES_NOT_FOUND)},
    )
    def get(self, request: Request, series_instance_uid: str) -> Response:
        series = browse.series_visible_get(request.user, series_instance_uid)
        audit.record(
            actor=request.user,
            action="series.read",
            object_type="series",
            object_id=series_instance_uid,
            patient_id=series.study.patient_id,
            permission=Permission.VIEW_STUDY,
        )
        body = {"series": series, "instances": browse.instances_in_order(series)}
        return Response(serializers.SeriesDetailOut(body).data)
