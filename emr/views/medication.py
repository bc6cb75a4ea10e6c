"""The formulary, and what speaks against a prescription."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from emr.selectors import coded_terms, formulary
from emr.serializers import chart_bodies as bodies
from emr.services.prescribing import prescription_stop, prescription_warnings
from emr.views.charts import CHANGING, IF_MATCH
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


class Terms(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="Search common problems or allergens by code or a part of the name",
        tags=["patients"],
        parameters=[bodies.TermSearchIn],
        responses={200: bodies.TermOut(many=True), **errors(ErrorCode.VALIDATION)},
    )
    def get(self, request: Request) -> Response:
        query = bodies.TermSearchIn(data=request.GET)
        query.is_valid(raise_exception=True)
        found = coded_terms.term_find(**query.validated_data)
        return Response(bodies.TermOut(found, many=True).data)


class PrescriptionStop(ApiView):
    required_permissions = {"POST": Permission.CREATE_PRESCRIPTION}

    @extend_schema(
        summary="Stop a prescription before its days are over (If-Match: the version read)",
        tags=["prescriptions"],
        parameters=[IF_MATCH],
        request=bodies.PrescriptionStopIn,
        responses={
            200: bodies.PrescriptionOut,
            **errors(*CHANGING, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = bodies.PrescriptionStopIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = prescription_stop(actor=self.actor, pk=pk, expected=expected, **body.validated_data)
        return with_etag(Response(bodies.PrescriptionOut(row).data), row.version)


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
