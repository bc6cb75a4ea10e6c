"""Registrations of two series: asked for, looked at, accepted or rejected."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django_filters import CharFilter, ChoiceFilter, FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.etag import expected_version, with_etag
from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission
from ris.choices import RegistrationStatus
from ris.models import Registration
from ris.registration import serializers, services
from ris.registration.selectors import registration_picture

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_DECISION = (
    ErrorCode.VALIDATION,
    ErrorCode.REGISTRATION_NOT_FOUND,
    ErrorCode.VERSION_CONFLICT,
    ErrorCode.INVALID_TRANSITION,
    ErrorCode.PRECONDITION_REQUIRED,
)


class RegistrationFilter(FilterSet):
    fixed_series = CharFilter()
    moving_series = CharFilter()
    study = CharFilter(method="of_study", help_text="Study Instance UID of either series")
    status = ChoiceFilter(choices=RegistrationStatus.choices)

    def of_study(self, rows: QuerySet[Registration], _: str, uid: str) -> QuerySet[Registration]:
        return rows.filter(
            Q(fixed_study__study_instance_uid=uid) | Q(moving_study__study_instance_uid=uid)
        )


def _shown(actor: Person, registration_id: int) -> Registration:
    rows = Registration.objects.visible_to(actor).with_names()
    found = rows.filter(pk=registration_id).first()
    if found is None:
        detail = f"registration {registration_id}"
        raise NotFound(ErrorCode.REGISTRATION_NOT_FOUND, detail, "id")
    return found


class Registrations(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_DICOM, "POST": Permission.REVIEW_AI}
    list_action = "registration.list"
    list_object = "registration"
    serializer_class = serializers.RegistrationOut
    filterset_class = RegistrationFilter
    filter_backends = [DjangoFilterBackend]

    def get_queryset(self) -> QuerySet[Registration]:
        return Registration.objects.visible_to(self.actor).with_names()

    @extend_schema(
        summary="List the registrations that I may see, newest first",
        tags=["imaging"],
        responses=serializers.RegistrationOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Register two series of one patient",
        description="It runs as a job: ask for it until it is done, then accept or reject it.",
        tags=["imaging"],
        request=serializers.RegistrationIn,
        responses={
            202: serializers.RegistrationCreatedOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.SERIES_NOT_FOUND,
                ErrorCode.STUDY_UNMATCHED,
                ErrorCode.SERIES_NOT_A_VOLUME,
                ErrorCode.REGISTRATION_SAME_SERIES,
                ErrorCode.REGISTRATION_TWO_PATIENTS,
                ErrorCode.REGISTRATION_NO_FRAME,
                ErrorCode.REGISTRATION_LIMIT,
                ErrorCode.VERSION_CONFLICT,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.RegistrationIn(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.registration_create(actor=self.actor, **body.validated_data)
        return Response(serializers.RegistrationCreatedOut(made).data, status=202)


class RegistrationDetail(ApiView):
    required_permissions = {"GET": Permission.VIEW_DICOM}

    @extend_schema(
        summary="Get a registration: how far it is, and its result",
        tags=["imaging"],
        responses={
            200: serializers.RegistrationOut,
            **errors(ErrorCode.REGISTRATION_NOT_FOUND),
        },
    )
    def get(self, request: Request, registration_id: int) -> Response:
        found = _shown(self.actor, registration_id)
        audit.record(
            actor=self.actor,
            action="registration.read",
            object_type="registration",
            object_id=found.pk,
            patient_id=found.patient_id,
            permission=Permission.VIEW_DICOM,
        )
        return with_etag(Response(serializers.RegistrationOut(found).data), found.version)


class RegistrationPreview(ApiView):
    required_permissions = {"GET": Permission.REVIEW_AI}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="See a registration that waits for my decision, as a PNG",
        description=(
            "Axial, coronal and sagittal slice through the middle of the fixed series; squares of "
            "the moving one are tinted. Only while it is neither accepted nor rejected."
        ),
        tags=["imaging"],
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            **errors(ErrorCode.REGISTRATION_NOT_FOUND),
        },
    )
    def get(self, request: Request, registration_id: int) -> HttpResponse:
        picture = registration_picture(self.actor, registration_id)
        audit.record(
            actor=self.actor,
            action="registration.preview",
            object_type="registration",
            object_id=registration_id,
            patient_id=picture.registration.patient_id,
            permission=Permission.REVIEW_AI,
        )
        return HttpResponse(bytes(picture.png), content_type="image/png")


class RegistrationDecision(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}
    decide: Callable[..., Registration]

    def decided(self, request: Request, registration_id: int) -> Response:
        expected = expected_version(request)
        body = serializers.DecisionIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = type(self).decide(
            actor=self.actor,
            registration_id=registration_id,
            expected=expected,
            **body.validated_data,
        )
        return with_etag(Response(serializers.RegistrationOut(row).data), row.version)


class RegistrationAcceptance(RegistrationDecision):
    decide = staticmethod(services.registration_accept)

    @extend_schema(
        summary="Accept a registration that I have looked at (If-Match: the version read)",
        description=(
            "The archive gets a Spatial Registration and the moving series on the grid of the "
            "fixed one. A flagged registration needs a reason."
        ),
        tags=["imaging"],
        parameters=[_IF_MATCH],
        request=serializers.DecisionIn,
        responses={200: serializers.RegistrationOut, **errors(*_DECISION)},
    )
    def post(self, request: Request, registration_id: int) -> Response:
        return self.decided(request, registration_id)


class RegistrationRejection(RegistrationDecision):
    decide = staticmethod(services.registration_reject)

    @extend_schema(
        summary="Reject a registration (If-Match: the version read)",
        tags=["imaging"],
        parameters=[_IF_MATCH],
        request=serializers.DecisionIn,
        responses={200: serializers.RegistrationOut, **errors(*_DECISION)},
    )
    def post(self, request: Request, registration_id: int) -> Response:
        return self.decided(request, registration_id)
