"""Unmatched studies, for radiology and administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode
from pacs.browse import serializers
from pacs.index import matching
from pacs.models import Study
from rbac.permissions import Permission


class UnmatchedStudies(GenericApiView):
    required_permissions = {"GET": Permission.MATCH_STUDY}
    queryset = Study.objects.none()
    serializer_class = serializers.UnmatchedStudyOut
    filterset_fields = ["study_instance_uid"]
    ordering_fields = ["last_instance_at", "study_date"]

    @extend_schema(
        summary="List the unmatched studies",
        tags=["imaging"],
        responses=serializers.UnmatchedStudyOut(many=True),
    )
    def get(self, request: Request) -> Response:
        audit.record(
            actor=self.actor,
            action="study.list_unmatched",
            object_type="study",
            permission=Permission.MATCH_STUDY,
        )
        return self.list_response(request)

    def get_queryset(self) -> QuerySet[Study, Any]:
        unmatched = Study.objects.unmatched_for(self.actor)
        return unmatched.annotate(instance_count=Count("series__instances")).order_by(
            "-last_instance_at"
        )


class StudyMatch(ApiView):
    required_permissions = {"POST": Permission.MATCH_STUDY}

    @extend_schema(
        summary="Match a study to a patient",
        tags=["imaging"],
        request=serializers.MatchIn,
        responses={
            200: serializers.MatchOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.MatchIn(data=request.data)
        body.is_valid(raise_exception=True)
        study = matching.study_match(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.MatchOut(study).data)
