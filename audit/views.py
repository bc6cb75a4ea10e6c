"""The audit log, for administrators; reading it is recorded too."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services, tasks
from audit.filters import AuditLogFilter
from audit.models import AuditCheck, AuditLog
from audit.serializers import AuditLogOut, AuditVerifyOut, BurstItemOut
from audit.services import check_runs
from audit.services.bursts import burst_items
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView
from common.errors import ErrorCode, NotFound


class AuditLogs(GenericApiView):
    required_permissions = {"GET": "view_audit"}
    list_action = "audit.read"
    list_object = "audit_log"
    queryset = AuditLog.objects.none()
    serializer_class = AuditLogOut
    filterset_class = AuditLogFilter
    ordering_fields = ["id", "occurred_at"]

    @extend_schema(summary="Search the audit log", tags=["audit"], responses=AuditLogOut(many=True))
    @transaction.atomic
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def get_queryset(self) -> QuerySet[AuditLog]:
        return AuditLog.objects.visible_to(self.actor, "view_audit")


class AuditLogItems(GenericApiView):
    required_permissions = {"GET": "view_audit"}
    queryset = AuditLog.objects.none()
    serializer_class = BurstItemOut
    filter_backends = []

    @extend_schema(
        summary="List the requests that an audit record covers, oldest first",
        tags=["audit"],
        responses={200: BurstItemOut(many=True), **errors(ErrorCode.ROUTE_NOT_FOUND)},
    )
    @transaction.atomic
    def get(self, request: Request, log_id: int) -> Response:
        log = AuditLog.objects.visible_to(self.actor, "view_audit").filter(pk=log_id).first()
        if log is None:
            raise NotFound(ErrorCode.ROUTE_NOT_FOUND)
        services.record(
            actor=self.actor,
            action="audit.read",
            object_type="audit_log",
            object_id=log_id,
            permission="view_audit",
        )
        page = self.paginate_queryset(burst_items(log))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class AuditVerify(ApiView):
    required_permissions = {"GET": "view_audit", "POST": "view_audit"}

    @extend_schema(
        summary="Follow the latest verification of the audit log",
        tags=["audit"],
        responses=AuditVerifyOut,
    )
    def get(self, request: Request) -> Response:
        seen = AuditCheck.objects.visible_to(self.actor, "view_audit")
        check = seen.first() or AuditCheck()
        return Response(AuditVerifyOut(check_runs.verdict_of(check)).data)

    @extend_schema(
        summary="Start a verification of the audit log, unless one is on its way",
        tags=["audit"],
        request=None,
        responses={202: AuditVerifyOut},
    )
    def post(self, request: Request) -> Response:
        check, is_new = check_runs.request_check(actor=self.actor)
        if is_new:
            tasks.verify.delay(check.pk)
        return Response(AuditVerifyOut(check_runs.verdict_of(check)).data, status=202)
