"""Visits, responses, survival and the curves."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from treatment import filters, models, selectors, serializers as shapes
from treatment.services import course, responses, visits
from treatment.views.bases import (
    ChangingDetail,
    RecordDetail,
    RecordList,
    RecordMove,
    detail_described,
    list_described,
    move_described,
)

TAG = "follow-up"


@list_described(TAG, "follow-up visits", "a planned visit", shapes.VisitIn, shapes.VisitOut)
class Visits(RecordList):
    list_action = "visit.list"
    list_object = "visit"
    model = models.Visit
    body = shapes.VisitIn
    serializer_class = shapes.VisitOut
    filterset_class = filters.VisitFilter
    ordering_fields = ["planned_at"]
    create = visits.visit_create


@detail_described(TAG, "a follow-up visit", shapes.VisitOut, shapes.VisitIn)
class VisitDetail(ChangingDetail):
    model = models.Visit
    body = shapes.VisitIn
    shape = shapes.VisitOut
    update = visits.visit_update


@move_described(
    TAG, "Record that a visit was held, missed or cancelled", shapes.VisitMoveIn, shapes.VisitOut
)
class VisitMove(RecordMove):
    body = shapes.VisitMoveIn
    shape = shapes.VisitOut
    move = visits.visit_move


@list_described(
    TAG,
    "measured studies with their RANO response",
    "what was measured on a study",
    shapes.AssessmentIn,
    shapes.AssessmentOut,
)
class Assessments(RecordList):
    list_action = "response.list"
    list_object = "response"
    model = models.Assessment
    body = shapes.AssessmentIn
    serializer_class = shapes.AssessmentOut
    filterset_class = filters.AssessmentFilter
    ordering_fields = ["assessed_on"]
    create = responses.response_create

    def paginate_queryset(self, queryset: QuerySet[Any] | Any) -> list[Any] | None:
        page = super().paginate_queryset(queryset)
        selectors.judgements_add(page or [])
        return page


@detail_described(TAG, "a measured study", shapes.AssessmentOut, shapes.AssessmentIn)
class AssessmentDetail(ChangingDetail):
    model = models.Assessment
    body = shapes.AssessmentIn
    shape = shapes.AssessmentOut
    update = responses.response_update
    remove = responses.response_remove

    def shown(self, row: Any) -> Any:
        return selectors.judged(row)


@list_described(
    TAG,
    "records of being alive or of death",
    "that a patient was alive or died on a day",
    shapes.LifeStatusIn,
    shapes.LifeStatusOut,
)
class LifeStatuses(RecordList):
    list_action = "vital_status.list"
    list_object = "vital_status"
    model = models.LifeStatus
    body = shapes.LifeStatusIn
    serializer_class = shapes.LifeStatusOut
    filterset_class = filters.LifeStatusFilter
    ordering_fields = ["on"]
    create = course.life_status_create


@detail_described(TAG, "a record of being alive or of death", shapes.LifeStatusOut)
class LifeStatusDetail(RecordDetail):
    model = models.LifeStatus
    shape = shapes.LifeStatusOut


class VolumeCurves(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="Get volumes and diameters of a patient over time",
        tags=[TAG],
        parameters=[shapes.CurvesIn],
        responses={
            200: shapes.CurvesOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request) -> Response:
        asked = shapes.CurvesIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        patient = asked.validated_data["patient"]
        curves = selectors.volume_curves(self.actor, patient)
        audit.record(
            actor=self.actor,
            action="response.curves",
            object_type="patient",
            object_id=patient,
            patient_id=patient,
            permission=Permission.VIEW_ENCOUNTER,
        )
        return Response(shapes.CurvesOut(curves).data)


class OverallSurvival(ApiView):
    required_permissions = {"GET": Permission.VIEW_COHORT}

    @extend_schema(
        summary="Get the survival of the treated patients whom I see (Kaplan-Meier)",
        tags=[TAG],
        parameters=[shapes.SurvivalIn],
        responses={200: shapes.SurvivalOut, **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        asked = shapes.SurvivalIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = selectors.overall_survival(self.actor, **asked.validated_data)
        audit.record(
            actor=self.actor,
            action="survival.read",
            object_type="cohort",
            permission=Permission.VIEW_COHORT,
            patients=found.patients,
            detail=dict(asked.validated_data),
        )
        return Response(shapes.SurvivalOut(found).data)
