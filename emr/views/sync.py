"""OpenEMR: a patient or all of them compared now, and conflicts resolved by a person."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import openemr_sync, selectors, serializers, sync_runs, sync_serializers
from emr.filters import OpenemrRowFilter
from emr.models import RecordLink
from rbac.permissions import Permission


class PatientSync(ApiView):
    required_permissions = {"POST": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Compare a patient with OpenEMR soon; `emr_source` tells when it was done",
        tags=["openemr"],
        request=None,
        responses={
            202: serializers.PatientOut,
            **errors(ErrorCode.PATIENT_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        patient = openemr_sync.sync_request(actor=self.actor, pk=pk)
        return Response(serializers.PatientOut(patient).data, status=202)


class SyncRuns(GenericApiView):
    required_permissions = {"GET": Permission.OPERATE, "POST": Permission.OPERATE}
    list_action = "sync.list"
    list_object = "sync_run"
    serializer_class = sync_serializers.SyncRunOut
    ordering_fields = ["id"]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.sync_runs_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(
        summary="List the runs over all patients of OpenEMR",
        tags=["openemr"],
        responses=sync_serializers.SyncRunOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Take over or compare all patients of OpenEMR",
        tags=["openemr"],
        request=None,
        responses={
            202: sync_serializers.SyncRunOut,
            **errors(ErrorCode.DUPLICATE, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request) -> Response:
        run = sync_runs.run_request(actor=self.actor)
        return Response(sync_serializers.SyncRunOut(run).data, status=202)


class SyncRunDetail(ApiView):
    required_permissions = {"GET": Permission.OPERATE}

    @extend_schema(
        summary="Get the progress of a run",
        tags=["openemr"],
        responses={200: sync_serializers.SyncRunOut, **errors(ErrorCode.ROUTE_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        run = selectors.sync_run_get(self.actor, pk)
        return Response(sync_serializers.SyncRunOut(run).data)


class SyncConflicts(GenericApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}
    list_action = "conflict.list"
    list_object = "sync_conflict"
    serializer_class = sync_serializers.SyncConflictOut
    ordering_fields = ["id"]

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.conflicts_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.link.patient_id for row in rows]

    @extend_schema(
        summary="List the patients who were changed here and in OpenEMR",
        tags=["openemr"],
        responses=sync_serializers.SyncConflictOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class PatientOpenemrRows(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}
    list_action = "openemr_row.list"
    list_object = "openemr_row"
    serializer_class = sync_serializers.OpenemrRowOut
    filterset_class = OpenemrRowFilter
    ordering_fields = ["id"]
    queryset: QuerySet[RecordLink] = RecordLink.objects.none()

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {self.patient.pk}

    @extend_schema(
        summary="List what OpenEMR has of a patient beside the rows here, each with the reason",
        tags=["openemr"],
        responses={
            200: sync_serializers.OpenemrRowOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        self.patient = selectors.patient_get(self.actor, pk, Permission.VIEW_ENCOUNTER)
        self.queryset = selectors.openemr_rows_of(self.actor, self.patient)
        return self.list_response(request)


class SyncConflictResolve(ApiView):
    required_permissions = {"POST": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Keep one side of a conflict: it goes to the other",
        tags=["openemr"],
        request=sync_serializers.SyncConflictResolveIn,
        responses={
            200: sync_serializers.SyncConflictOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.ROUTE_NOT_FOUND,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.INVALID_TRANSITION,
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        body = sync_serializers.SyncConflictResolveIn(data=request.data)
        body.is_valid(raise_exception=True)
        conflict = openemr_sync.conflict_resolve(actor=self.actor, pk=pk, **body.validated_data)
        return Response(sync_serializers.SyncConflictOut(conflict).data)
