"""The worklist: studies with their reading state, and a study in full."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.pagination import BoundedPagination
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from pacs.derived import opened_studies
from pacs.index.arrivals import arrival_announced
from pacs.index.studies import studies_visible_to, study_rows, study_summaries
from rbac.permissions import Permission
from ris.worklist import serializers
from ris.worklist.contents import study_contents
from ris.worklist.filters import StudyFilter, StudyOrdering


class StudyList(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    list_action = "study.list"
    list_object = "study"
    serializer_class = serializers.StudyOut
    filterset_class = StudyFilter
    pagination_class = BoundedPagination
    filter_backends = [DjangoFilterBackend, StudyOrdering]

    @extend_schema(
        summary="List the studies that I may see",
        tags=["imaging"],
        responses={200: serializers.StudyOut(many=True), **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.study.patient_id for row in rows]

    def rows_shown(self, rows: Rows) -> list[str]:
        return [row.study.study_instance_uid for row in rows]

    def get_queryset(self) -> QuerySet[Any]:
        return studies_visible_to(self.actor).only("pk")

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        return study_summaries(study_rows([study.pk for study in page], "reading__reader"))


class StudyDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}

    @extend_schema(
        summary="Get a study with its series, objects about them, and the patient's other studies",
        tags=["imaging"],
        responses={200: serializers.StudyDetailOut, **errors(ErrorCode.STUDY_NOT_FOUND)},
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        with arrival_announced(self.actor, Permission.VIEW_STUDY, study_instance_uid):
            contents = study_contents(self.actor, study_instance_uid)
        audit.record(
            actor=self.actor,
            action="study.read",
            object_type="study",
            object_id=study_instance_uid,
            patient_id=contents.study.patient_id,
            permission=Permission.VIEW_STUDY,
        )
        opened_studies.study_opened(contents.study.pk)
        return Response(serializers.StudyDetailOut(contents, context={"request": request}).data)
