"""The audit log, for administrators; reading it is recorded too."""

from __future__ import annotations

from itertools import islice

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services
from audit.filters import AuditLogFilter
from audit.models import AuditLog
from audit.serializers import AuditLogOut, AuditVerifyOut
from audit.services import chain
from common.api.views import ApiView, GenericApiView

MAX_BREAKS = 100


class AuditLogs(GenericApiView):
    required_permissions = {"GET": "view_audit"}
    queryset = AuditLog.objects.all()
    serializer_class = AuditLogOut
    filterset_class = AuditLogFilter
    ordering_fields = ["id", "occurred_at"]

    @extend_schema(summary="Search the audit log", tags=["audit"], responses=AuditLogOut(many=True))
    @transaction.atomic
    def get(self, request: Request) -> Response:
        services.record(actor=self.actor, action="audit.read", permission="view_audit")
        return self.list_response(request)


class AuditVerify(ApiView):
    required_permissions = {"GET": "view_audit"}

    @extend_schema(
        summary="Verify the chain of audit records", tags=["audit"], responses=AuditVerifyOut
    )
    def get(self, request: Request) -> Response:
        services.record(actor=self.actor, action="audit.verify", permission="view_audit")
        chain.seal_pending()
        breaks = list(islice(chain.chain_breaks(), MAX_BREAKS))
        return Response({"intact": not breaks, "breaks": breaks})
