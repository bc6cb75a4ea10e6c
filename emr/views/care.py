"""What happened to a patient: the timeline, visits, prescriptions."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode
from emr import selectors, serializers, services
from emr.filters import EncounterFilter, PrescriptionFilter
from emr.models import Encounter, Prescription
from rbac.permissions import Permission


class PatientTimeline(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="List the visits and prescriptions of a patient, newest first (at most 200)",
        tags=["patients"],
        responses={
            200: serializers.TimelineEntryOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        patient = selectors.patient_get(self.actor, pk, Permission.VIEW_ENCOUNTER)
        audit.record(
            actor=self.actor,
            action="patient.timeline",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_ENCOUNTER,
        )
        entries = selectors.patient_timeline(self.actor, patient)
        return Response(serializers.TimelineEntryOut(entries, many=True).data)


class Encounters(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER, "POST": Permission.EDIT_ENCOUNTER}
    list_action = "encounter.list"
    list_object = "encounter"
    serializer_class = serializers.EncounterOut
    filterset_class = EncounterFilter
    ordering_fields = ["started_at"]

    def get_queryset(self) -> QuerySet[Encounter]:
        return selectors.encounters_visible_to(self.actor)

    @extend_schema(
        summary="List encounters",
        tags=["encounters"],
        responses=serializers.EncounterOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Create an encounter (a visit or an inpatient stay)",
        tags=["encounters"],
        request=serializers.EncounterIn,
        responses={
            201: serializers.EncounterOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.EncounterIn(data=request.data)
        body.is_valid(raise_exception=True)
        encounter = services.encounter_create(actor=self.actor, **body.validated_data)
        return Response(serializers.EncounterOut(encounter).data, status=201)


class Prescriptions(GenericApiView):
    required_permissions = {
        "GET": Permission.VIEW_PRESCRIPTION,
        "POST": Permission.CREATE_PRESCRIPTION,
    }
    list_action = "prescription.list"
    list_object = "prescription"
    serializer_class = serializers.PrescriptionOut
    filterset_class = PrescriptionFilter
    ordering_fields = ["prescribed_at"]

    def get_queryset(self) -> QuerySet[Prescription]:
        return selectors.prescriptions_visible_to(self.actor)

    @extend_schema(
        summary="List prescriptions",
        tags=["prescriptions"],
        responses=serializers.PrescriptionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Create a prescription",
        tags=["prescriptions"],
        request=serializers.PrescriptionIn,
        responses={
            201: serializers.PrescriptionOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.PrescriptionIn(data=request.data)
        body.is_valid(raise_exception=True)
        prescription = services.prescription_create(actor=self.actor, **body.validated_data)
        return Response(serializers.PrescriptionOut(prescription).data, status=201)
