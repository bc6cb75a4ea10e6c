"""Routing rules and the queue over HTTP, for who manages the models."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai import examples, routing_serializers as bodies, serializers
from ai.models import AIJob, RoutingDecision, RoutingRule
from ai.selectors import queue as queue_selectors, routing_rules as selectors
from ai.services import jobs, queue, routing_rules, study_routing
from common.api.etag import expected_version, with_etag
from common.api.schema import answer, errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from rbac.permissions import Permission

_MANAGE = Permission.MANAGE_MODELS
_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_SERVICE = (ErrorCode.INFERENCE_UNAVAILABLE, ErrorCode.INFERENCE_FAILED)
_LOCKED = (ErrorCode.VERSION_CONFLICT, ErrorCode.PRECONDITION_REQUIRED)


class RoutingRules(GenericApiView):
    required_permissions = {"GET": _MANAGE, "POST": _MANAGE}
    list_action = "ai_rule.list"
    list_object = "ai_rule"
    serializer_class = bodies.RoutingRuleOut
    filter_backends = []

    def get_queryset(self) -> QuerySet[RoutingRule]:
        return selectors.rule_list(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(
        summary="List the routing rules in their order",
        tags=["ai"],
        responses=bodies.RoutingRuleOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Create a routing rule: which studies go to which model when they arrive",
        tags=["ai"],
        request=bodies.RoutingRuleIn,
        responses={
            201: bodies.RoutingRuleOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE, *_SERVICE),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.RoutingRuleIn(data=request.data)
        body.is_valid(raise_exception=True)
        rule = routing_rules.rule_create(actor=self.actor, **body.validated_data)
        return with_etag(Response(bodies.RoutingRuleOut(rule).data, status=201), rule.version)


class RoutingRuleDetail(ApiView):
    required_permissions = {"PATCH": _MANAGE, "DELETE": _MANAGE}

    @extend_schema(
        summary="Change a routing rule (If-Match: the version read)",
        tags=["ai"],
        parameters=[_IF_MATCH],
        request=bodies.RoutingRulePatchIn,
        responses={
            200: bodies.RoutingRuleOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.RECORD_NOT_FOUND,
                ErrorCode.DUPLICATE,
                *_LOCKED,
                *_SERVICE,
            ),
        },
    )
    def patch(self, request: Request, rule_id: int) -> Response:
        expected = expected_version(request)
        body = bodies.RoutingRulePatchIn(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        rule = routing_rules.rule_update(
            actor=self.actor, rule_id=rule_id, expected=expected, **body.validated_data
        )
        return with_etag(Response(bodies.RoutingRuleOut(rule).data), rule.version)

    @extend_schema(
        summary="Delete a routing rule that has asked for nothing yet",
        tags=["ai"],
        responses={
            204: None,
            **errors(ErrorCode.RECORD_NOT_FOUND, ErrorCode.AI_RULE_IN_USE),
        },
    )
    def delete(self, request: Request, rule_id: int) -> Response:
        routing_rules.rule_delete(actor=self.actor, rule_id=rule_id)
        return Response(status=204)


class DraftDryRun(ApiView):
    required_permissions = {"POST": _MANAGE}

    @extend_schema(
        operation_id="ai_routing_rules_draft_dry_run",
        summary="Show what a routing rule that is not stored would do with past studies",
        tags=["ai"],
        request=bodies.DraftDryRunIn,
        responses={
            200: bodies.DryRunOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.MODEL_NOT_FOUND, *_SERVICE),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.DraftDryRunIn(data=request.data)
        body.is_valid(raise_exception=True)
        fields = dict(body.validated_data)
        asked = {name: fields.pop(name) for name in ("days", "page")}
        rule = RoutingRule(**fields)
        routing_rules.model_check(rule)
        found = study_routing.dry_run(actor=self.actor, rule=rule, **asked)
        return Response(bodies.DryRunOut(found).data)


class RuleDryRun(ApiView):
    required_permissions = {"POST": _MANAGE}

    @extend_schema(
        operation_id="ai_routing_rules_dry_run",
        summary="Show what a stored routing rule would do with past studies",
        tags=["ai"],
        request=bodies.DryRunIn,
        responses={
            200: bodies.DryRunOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.RECORD_NOT_FOUND,
                ErrorCode.MODEL_NOT_FOUND,
                *_SERVICE,
            ),
        },
    )
    def post(self, request: Request, rule_id: int) -> Response:
        body = bodies.DryRunIn(data=request.data)
        body.is_valid(raise_exception=True)
        rule = selectors.rule_get(self.actor, rule_id)
        found = study_routing.dry_run(actor=self.actor, rule=rule, **body.validated_data)
        return Response(bodies.DryRunOut(found).data)


class RoutingDecisions(GenericApiView):
    required_permissions = {"GET": _MANAGE}
    list_action = "ai_routing.list"
    list_object = "ai_routing"
    serializer_class = bodies.RoutingDecisionOut
    searched_by = filterset_fields = ("rule", "refusal")
    queryset = RoutingDecision.objects.none()

    def get_queryset(self) -> QuerySet[RoutingDecision]:
        return selectors.decision_list(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.study.patient_id for row in rows]

    @extend_schema(
        summary="List what came of the routing rules: the analyses, and why there are none",
        tags=["ai"],
        responses=bodies.RoutingDecisionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class Queue(GenericApiView):
    required_permissions = {"GET": _MANAGE}
    list_action = "ai_queue.list"
    list_object = "ai_job"
    serializer_class = bodies.QueuedOut
    filter_backends = []
    queryset = AIJob.objects.none()

    def get_queryset(self) -> Any:
        return queue.queue_ids(self.actor)

    def paginate_queryset(self, queryset: Any) -> Any:
        ids = super().paginate_queryset(queryset) or []
        rows = queue_selectors.queue_list(self.actor).in_bulk(ids)
        return [rows[pk] for pk in ids if pk in rows]

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    @extend_schema(
        summary="List the AI analyses that run or wait, in the order in which they will run",
        tags=["ai"],
        responses=bodies.QueuedOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class QueuedCancel(ApiView):
    required_permissions = {"POST": _MANAGE}

    @extend_schema(
        summary="Cancel anybody's waiting or running AI analysis",
        tags=["ai"],
        request=None,
        responses={
            202: answer(serializers.AIJobAcceptedOut, examples.accepted("CANCELLED")),
            **errors(ErrorCode.AI_JOB_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, job_id: int) -> Response:
        job = jobs.queued_cancel(actor=self.actor, job_id=job_id)
        return Response(serializers.AIJobAcceptedOut(job).data, status=202)


class QueueSettings(ApiView):
    required_permissions = {"GET": _MANAGE, "PATCH": _MANAGE}

    @extend_schema(
        summary="Get the settings of the queue", tags=["ai"], responses=bodies.QueueSettingOut
    )
    def get(self, request: Request) -> Response:
        setting = queue_selectors.queue_setting()
        return with_etag(Response(bodies.QueueSettingOut(setting).data), setting.version)

    @extend_schema(
        summary="Change the settings of the queue (If-Match: the version read)",
        tags=["ai"],
        parameters=[_IF_MATCH],
        request=bodies.QueueSettingIn,
        responses={
            200: bodies.QueueSettingOut,
            **errors(ErrorCode.VALIDATION, *_LOCKED),
        },
    )
    def patch(self, request: Request) -> Response:
        expected = expected_version(request)
        body = bodies.QueueSettingIn(data=request.data)
        body.is_valid(raise_exception=True)
        setting = routing_rules.queue_setting_change(
            actor=self.actor, expected=expected, **body.validated_data
        )
        return with_etag(Response(bodies.QueueSettingOut(setting).data), setting.version)
