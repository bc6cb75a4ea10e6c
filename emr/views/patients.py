"""Patients: list, search, read, change."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import openemr_sync, selectors, serializers, services, tasks
from emr.filters import PatientFilter
from emr.models import Patient
from emr.selectors.patient_search import (
    patient_search,
    patients_in_order,
    possible_duplicates,
)
from rbac.permissions import Permission

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200])


class Patients(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT, "POST": Permission.EDIT_PATIENT}
    list_action = "patient.list"
    list_object = "patient"
    serializer_class = serializers.PatientOut
    filterset_class = PatientFilter
    ordering_fields = ["patient_id", "full_name", "birth_date", "created_at"]

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.pk for row in rows]

    def get_queryset(self) -> QuerySet[Patient]:
        return selectors.patients_visible_to(self.actor).prefetch_related("duplicates")

    @extend_schema(
        summary="List the patients that I may see",
        tags=["patients"],
        responses=serializers.PatientOut(many=True),
    )
    def get(self, request: Request) -> Response:
        if mrn := request.GET.get("patient_id"):
            openemr_sync.patient_fetch(actor=self.actor, patient_id=mrn)
        return self.list_response(request)

    @extend_schema(
        summary="Register a patient",
        tags=["patients"],
        request=serializers.PatientIn,
        responses={
            201: serializers.PatientCreatedOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.PatientIn(data=request.data)
        body.is_valid(raise_exception=True)
        patient = services.patient_create(actor=self.actor, **body.validated_data)
        alike = possible_duplicates(self.actor, patient)
        if alike:
            audit.record(
                actor=self.actor,
                action="patient.duplicates",
                object_type="patient",
                object_id=patient.pk,
                permission=Permission.EDIT_PATIENT,
                patients=[patient.pk, *(other.pk for other in alike)],
            )
        shown = serializers.PatientCreatedOut(patient, context={"possible_duplicates": alike})
        return with_etag(Response(shown.data, status=201), patient.version)


class PatientSearch(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT}
    list_action = "patient.search"
    list_object = "patient"
    searched_by = ("q",)
    serializer_class = serializers.PatientOut
    queryset: QuerySet[Patient] = Patient.objects.none()
    filter_backends = []

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return patients_in_order(self.actor, super().paginate_queryset(self.found) or [])

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.pk for row in rows]

    @extend_schema(
        summary="Search patients by name, MRN, phone number or birth date (at most 200)",
        tags=["patients"],
        parameters=[serializers.PatientSearchIn],
        responses={200: serializers.PatientOut(many=True), **errors(ErrorCode.VALIDATION)},
    )
    @selectors.rights_read_once()
    def get(self, request: Request) -> Response:
        query = serializers.PatientSearchIn(data=request.GET)
        query.is_valid(raise_exception=True)
        text = query.validated_data["q"]
        self.found = patient_search(self.actor, text)
        if not self.found and any(character.isdigit() for character in text):
            openemr_sync.patient_fetch(actor=self.actor, patient_id=text)
            self.found = patient_search(self.actor, text)
        return self.list_response(request)


class PatientDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT, "PATCH": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Get a patient",
        tags=["patients"],
        parameters=[_ETAG],
        responses={
            200: serializers.PatientOut,
            **errors(ErrorCode.PATIENT_NOT_FOUND, ErrorCode.PATIENT_MERGED),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        patient = selectors.patient_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="patient.read",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_PATIENT,
        )
        tasks.nudge_refresh(patient)
        return with_etag(Response(serializers.PatientOut(patient).data), patient.version)

    @extend_schema(
        summary="Update a patient (If-Match: the ETag of the version read)",
        tags=["patients"],
        parameters=[_IF_MATCH, _ETAG],
        request=serializers.PatientPatchIn,
        responses={
            200: serializers.PatientOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.PRECONDITION_REQUIRED,
            ),
        },
    )
    def patch(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = serializers.PatientPatchIn(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        patient = services.patient_update(
            actor=self.actor, pk=pk, expected=expected, **body.validated_data
        )
        return with_etag(Response(serializers.PatientOut(patient).data), patient.version)
