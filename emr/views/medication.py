"""The formulary, and what speaks against a prescription."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from emr.selectors import formulary
from emr.serializers import chart_bodies as bodies
from emr.services.prescribing import prescription_warnings
from rbac.permissions import Permission


class Drugs(ApiView):
    required_permissions = {"GET": Permission.VIEW_PRESCRIPTION}

    @extend_schema(
        summary="Search the formulary by ATC code or a part of the name",
        tags=["prescriptions"],
        parameters=[bodies.DrugSearchIn],
        responses={200: bodies.DrugOut(many=True), **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        query = bodies.DrugSearchIn(data=request.GET)
        query.is_valid(raise_exception=True)
        found = formulary.drug_find(query.validated_data["q"])
        return Response(bodies.DrugOut(found, many=True).data)


class PrescriptionCheck(ApiView):
    required_permissions = {"POST": Permission.CREATE_PRESCRIPTION}

    @extend_schema(
        summary="Check a prescription before it is written: allergies, duplicates, dose, "
        "interactions",
        tags=["prescriptions"],
        request=bodies.PrescriptionCheckIn,
        responses={
            200: bodies.WarningOut(many=True),
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.PrescriptionCheckIn(data=request.data)
        body.is_valid(raise_exception=True)
        warned = prescription_warnings(actor=self.actor, **body.validated_data)
        audit.record(
            actor=self.actor,
            action="prescription.check",
            object_type="patient",
            object_id=body.validated_data["patient"],
            patient_id=body.validated_data["patient"],
            permission=Permission.CREATE_PRESCRIPTION,
        )
        return Response(bodies.WarningOut(warned, many=True).data)
