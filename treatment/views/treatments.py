"""Treatments, what happened in them, adverse events and performance."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import ApiView, GenericApiView
from rbac.permissions import Permission
from treatment import ctcae, filters, models, selectors, serializers as shapes
from treatment.services import course, plans
from treatment.views.bases import (
    ChangingDetail,
    RecordList,
    RecordMove,
    detail_described,
    list_described,
    move_described,
)

TAG = "treatments"


@list_described(TAG, "treatments", "a planned treatment", shapes.PlanIn, shapes.PlanOut)
class Plans(RecordList):
    list_action = "plan.list"
    list_object = "plan"
    model = models.Plan
    body = shapes.PlanIn
    serializer_class = shapes.PlanOut
    filterset_class = filters.PlanFilter
    ordering_fields = ["planned_on", "started_on", "status"]
    create = plans.plan_create


@detail_described(TAG, "a treatment", shapes.PlanOut, shapes.PlanIn)
class PlanDetail(ChangingDetail):
    model = models.Plan
    body = shapes.PlanIn
    shape = shapes.PlanOut
    update = plans.plan_update
    remove = plans.plan_remove


@move_described(TAG, "Start, complete or stop a treatment", shapes.PlanMoveIn, shapes.PlanOut)
class PlanMove(RecordMove):
    body = shapes.PlanMoveIn
    shape = shapes.PlanOut
    move = plans.plan_move


@list_described(TAG, "treatment events", "an event", shapes.CourseEventIn, shapes.CourseEventOut)
class CourseEvents(RecordList):
    list_action = "event.list"
    list_object = "event"
    model = models.CourseEvent
    body = shapes.CourseEventIn
    serializer_class = shapes.CourseEventOut
    filterset_class = filters.CourseEventFilter
    ordering_fields = ["occurred_on"]
    create = course.event_create


@detail_described(TAG, "a treatment event", shapes.CourseEventOut, shapes.CourseEventIn)
class CourseEventDetail(ChangingDetail):
    model = models.CourseEvent
    body = shapes.CourseEventIn
    shape = shapes.CourseEventOut
    update = course.event_update


@list_described(
    TAG, "adverse events", "an adverse event", shapes.AdverseEventIn, shapes.AdverseEventOut
)
class AdverseEvents(RecordList):
    list_action = "adverse_event.list"
    list_object = "adverse_event"
    model = models.AdverseEvent
    body = shapes.AdverseEventIn
    serializer_class = shapes.AdverseEventOut
    filterset_class = filters.AdverseEventFilter
    ordering_fields = ["onset_on", "grade"]
    create = course.adverse_event_create


@detail_described(TAG, "an adverse event", shapes.AdverseEventOut, shapes.AdverseEventIn)
class AdverseEventDetail(ChangingDetail):
    model = models.AdverseEvent
    body = shapes.AdverseEventIn
    shape = shapes.AdverseEventOut
    update = course.adverse_event_update


class AdverseTerms(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="List the terms of CTCAE v5 that are suggested, with their grades",
        tags=[TAG],
        responses=shapes.AdverseTermOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.AdverseTermOut(ctcae.TERMS, many=True).data)


@list_described(
    TAG,
    "performance scores",
    "a performance score",
    shapes.PerformanceIn,
    shapes.PerformanceOut,
)
class Performances(RecordList):
    list_action = "performance.list"
    list_object = "performance"
    model = models.PerformanceStatus
    body = shapes.PerformanceIn
    serializer_class = shapes.PerformanceOut
    filterset_class = filters.PerformanceFilter
    ordering_fields = ["assessed_on"]
    create = course.performance_create


@detail_described(TAG, "a performance score", shapes.PerformanceOut, shapes.PerformanceIn)
class PerformanceDetail(ChangingDetail):
    model = models.PerformanceStatus
    body = shapes.PerformanceIn
    shape = shapes.PerformanceOut
    update = course.performance_update


class CourseHistory(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}
    list_action = "treatment.history"
    list_object = "revision"
    serializer_class = shapes.RevisionOut
    filterset_class = filters.RevisionFilter
    ordering_fields = ["at"]

    def get_queryset(self) -> QuerySet[models.Revision]:
        return selectors.revisions_visible_to(self.actor)

    @extend_schema(
        summary="List the changes of treatment and follow-up records, removed ones too",
        tags=[TAG],
        responses=shapes.RevisionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)
