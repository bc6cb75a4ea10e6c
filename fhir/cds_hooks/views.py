"""CDS Hooks over HTTP: the services and their feedback, and their administration."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etag import expected_version, with_etag
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from fhir.cds_hooks import examples, rule_settings, serializers
from fhir.cds_hooks.card_feedback import card_given, feedback_take
from fhir.cds_hooks.client_tokens import HookAuthentication, service_url
from fhir.cds_hooks.hook_answering import hook_answered, services_described
from fhir.cds_hooks.hook_requests import HookRequest, request_read, service_named
from fhir.cds_hooks.named_parties import own_session_checked, person_named
from fhir.models import CdsClient, CdsFeedback
from rbac.permissions import Permission

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_LOCKED = (ErrorCode.VERSION_CONFLICT, ErrorCode.PRECONDITION_REQUIRED)


def _object(description: str, value: Any) -> OpenApiResponse:
    shown = OpenApiExample("Example", value)
    return OpenApiResponse(OpenApiTypes.OBJECT, description, examples=[shown])


class DiscoveryView(ApiView):
    """Says nothing of anybody: needs no token."""

    required_permissions = {"GET": Access.PUBLIC}
    authentication_classes = ()

    @extend_schema(
        summary="Discover the CDS services (CDS Hooks 2.0)",
        tags=["cds"],
        responses={200: _object("The services", examples.SERVICES)},
    )
    def get(self, request: Request) -> Response:
        return Response(services_described())


class ServiceView(ApiView):
    """``person_of`` and ``audiences`` are for ``HookAuthentication``."""

    required_permissions = {"POST": Permission.VIEW_PATIENT}
    authentication_classes = (HookAuthentication,)

    def audiences(self, service_id: str) -> tuple[str, ...]:
        return (service_url(service_id),)

    def person_of(self, client: CdsClient, request: Request) -> Any:
        return person_named(client, self._asked(request))

    @extend_schema(
        operation_id="cds_service_call",
        summary="Ask a CDS service what to mind (CDS Hooks 2.0)",
        description="Authorization: a session of ours, or the signed JWT of a known CDS client.",
        tags=["cds"],
        request=OpenApiTypes.OBJECT,
        examples=[OpenApiExample("Example", examples.HOOK_REQUEST, request_only=True)],
        responses={
            200: _object("Cards", examples.CARDS),
            **errors(
                *(ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND, ErrorCode.PATIENT_NOT_FOUND),
                *(ErrorCode.PATIENT_MERGED, ErrorCode.HOOK_DATA_MISSING),
            ),
        },
    )
    def post(self, request: Request, service_id: str) -> Response:
        asked = self._asked(request)
        client = request.auth if isinstance(request.auth, CdsClient) else None
        if client is None:
            own_session_checked(self.actor, asked)
        return Response(hook_answered(person=self.actor, client=client, asked=asked))

    def _asked(self, request: Request) -> HookRequest:
        return request_read(self.kwargs["service_id"], request.data)


class FeedbackView(ApiView):
    required_permissions = {"POST": Permission.VIEW_PATIENT}
    authentication_classes = (HookAuthentication,)

    def audiences(self, service_id: str) -> tuple[str, ...]:
        return service_url(service_id), service_url(service_id, "feedback")

    def person_of(self, client: CdsClient, request: Request) -> Any:
        """The person who was given the first of the cards."""
        hook = service_named(self.kwargs["service_id"])
        return card_given(client, None, hook, self._given(request)[0]["card"]).user

    @extend_schema(
        operation_id="cds_service_feedback",
        summary="Say what was done with cards of a CDS service (CDS Hooks 2.0)",
        tags=["cds"],
        request=serializers.FeedbackIn,
        responses={
            200: _object("Taken", {}),
            **errors(ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND),
        },
    )
    def post(self, request: Request, service_id: str) -> Response:
        client = request.auth if isinstance(request.auth, CdsClient) else None
        hook = service_named(service_id)
        feedback_take(person=self.actor, client=client, hook=hook, given=self._given(request))
        return Response({})

    def _given(self, request: Request) -> list[dict[str, Any]]:
        body = serializers.FeedbackIn(data=request.data)
        body.is_valid(raise_exception=True)
        given: list[dict[str, Any]] = body.validated_data["feedback"]
        return given


class CdsRules(ApiView):
    required_permissions = {"GET": Permission.OPERATE}

    @extend_schema(
        operation_id="cds_rules_list",
        summary="List the rules of decision support with what became of their cards",
        tags=["cds"],
        responses=serializers.CdsRuleOut(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = rule_settings.rules_overview(self.actor)
        return Response(serializers.CdsRuleOut(rows, many=True).data)


class CdsRuleDetail(ApiView):
    required_permissions = {"PATCH": Permission.OPERATE}

    @extend_schema(
        summary="Switch a rule on or off, or change its limit (If-Match: the version read)",
        tags=["cds"],
        parameters=[_IF_MATCH],
        request=serializers.CdsRuleIn,
        responses={
            200: serializers.CdsRuleOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND, *_LOCKED),
        },
    )
    def patch(self, request: Request, rule: str) -> Response:
        expected = expected_version(request)
        body = serializers.CdsRuleIn(data=request.data)
        body.is_valid(raise_exception=True)
        changed = rule_settings.rule_change(
            actor=self.actor,
            rule=rule,
            expected=expected,
            enabled=body.validated_data.get("enabled"),
            limit=body.validated_data.get("limit"),
        )
        return with_etag(Response(serializers.CdsRuleOut(changed).data), changed.version)


class CdsFeedbackPage(GenericApiView):
    required_permissions = {"GET": Permission.OPERATE}
    list_action = "cds.list"
    list_object = "cds_feedback"
    serializer_class = serializers.CdsFeedbackOut
    filter_backends = []
    queryset = CdsFeedback.objects.none()

    def get_queryset(self) -> QuerySet[CdsFeedback]:
        return rule_settings.feedback_list(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.card.patient_id for row in rows]

    @extend_schema(
        summary="List what people did with the cards, the newest first",
        tags=["cds"],
        responses=serializers.CdsFeedbackOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class CdsClients(ApiView):
    required_permissions = {"GET": Permission.MANAGE_USERS, "POST": Permission.MANAGE_USERS}

    @extend_schema(
        operation_id="cds_clients_list",
        summary="List the CDS clients whose signed tokens are believed",
        tags=["cds"],
        responses=serializers.CdsClientOut(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = rule_settings.clients_list(self.actor)
        return Response(serializers.CdsClientOut(rows, many=True).data)

    @extend_schema(
        summary="Believe a CDS client: its issuer and the address of its keys",
        tags=["cds"],
        request=serializers.CdsClientIn,
        responses={
            201: serializers.CdsClientOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.CdsClientIn(data=request.data)
        body.is_valid(raise_exception=True)
        made = rule_settings.client_create(actor=self.actor, **body.validated_data)
        return Response(serializers.CdsClientOut(made).data, status=201)


class CdsClientDetail(ApiView):
    required_permissions = {"PATCH": Permission.MANAGE_USERS}

    @extend_schema(
        summary="Change a CDS client, or believe it no longer (If-Match: the version read)",
        tags=["cds"],
        parameters=[_IF_MATCH],
        request=serializers.CdsClientIn,
        responses={
            200: serializers.CdsClientOut,
            **errors(
                *(ErrorCode.VALIDATION, ErrorCode.RECORD_NOT_FOUND, ErrorCode.DUPLICATE), *_LOCKED
            ),
        },
    )
    def patch(self, request: Request, pk: int) -> Response:
        expected = expected_version(request)
        body = serializers.CdsClientIn(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changed = rule_settings.client_change(
            actor=self.actor, pk=pk, expected=expected, **body.validated_data
        )
        return with_etag(Response(serializers.CdsClientOut(changed).data), changed.version)
