"""What the laboratory has to do, and every specimen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from lis import selectors, serializers
from lis.filters import SpecimenFilter, WorklistFilter
from lis.models import Specimen
from ocs.filters import OrderOrdering
from rbac.permissions import Permission


class LabWorklist(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}
    list_action = "order.list"
    list_object = "order"
    serializer_class = serializers.LabOrderOut
    filterset_class = WorklistFilter
    filter_backends = [DjangoFilterBackend, OrderOrdering]
    ordering_fields = ["ordered_at", "priority", "due_at"]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.worklist_visible_to(self.actor)

    @extend_schema(
        summary="List laboratory orders with the step that each waits for and its specimens",
        tags=["laboratory"],
        responses=serializers.LabOrderOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class LabWorklistCounts(ApiView):
    """Of no patient, so that it may be asked for often."""

    required_permissions = {"GET": Permission.VIEW_ORDER}

    @extend_schema(
        summary="Count the laboratory orders by the step that they wait for",
        tags=["laboratory"],
        responses=serializers.WorklistCountsOut,
    )
    def get(self, request: Request) -> Response:
        counts = selectors.worklist_counts(self.actor)
        return Response(serializers.WorklistCountsOut(counts).data)


class Specimens(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ORDER}
    list_action = "specimen.list"
    list_object = "specimen"
    serializer_class = serializers.SpecimenOut
    filterset_class = SpecimenFilter
    ordering_fields = ["collected_at"]

    def get_queryset(self) -> QuerySet[Specimen]:
        return selectors.specimens_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {row.order.patient_id for row in rows}

    @extend_schema(
        summary="List specimens with whoever took, received and rejected them",
        tags=["laboratory"],
        responses=serializers.SpecimenOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)
