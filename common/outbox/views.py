"""The operator's view of the outbox: what waits, what is dead, re-drive it."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from common.ops import checks
from common.outbox import services
from common.outbox.models import OutboxEvent
from common.outbox.serializers import HealthOut, OutboxEventOut, QueuesOut
from common.tasks import queue_lengths


class OutboxEvents(GenericApiView):
    required_permissions = {"GET": "operate"}
    list_action = "outbox.list"
    list_object = "outbox_event"
    searched_by = filterset_fields = ("status", "topic", "queue", "aggregate")
    serializer_class = OutboxEventOut
    queryset = OutboxEvent.objects.none()
    ordering_fields = ["id", "next_attempt_at"]

    @extend_schema(
        summary="List outbox events", tags=["operations"], responses=OutboxEventOut(many=True)
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    def get_queryset(self) -> QuerySet[OutboxEvent]:
        return OutboxEvent.objects.visible_to(self.actor, "operate")


class OutboxRedrive(ApiView):
    required_permissions = {"POST": "operate"}

    @extend_schema(
        summary="Re-drive a DEAD event",
        tags=["operations"],
        request=None,
        responses={
            202: OutboxEventOut,
            **errors(ErrorCode.ROUTE_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, event_id: int) -> Response:
        actor = self.actor
        operator = {"pk": actor.pk, "username": actor.username, "role": actor.role}
        event = services.redrive(event_id, operator=operator)
        return Response(OutboxEventOut(event).data, status=202)


class Queues(ApiView):
    required_permissions = {"GET": "operate"}

    @extend_schema(
        summary="List the task queues and the backlog of the outbox",
        tags=["operations"],
        responses={200: QueuesOut, **errors(ErrorCode.UPSTREAM_UNAVAILABLE)},
    )
    def get(self, request: Request) -> Response:
        waiting = queue_lengths()
        body = {
            "queues": [{"name": name, "waiting": length} for name, length in waiting.items()],
            "outbox": services.summary(),
        }
        return Response(QueuesOut(body).data)


class SystemHealth(ApiView):
    required_permissions = {"GET": "operate"}

    @extend_schema(
        summary="Check the components that the system depends on",
        tags=["operations"],
        responses=HealthOut,
    )
    def get(self, request: Request) -> Response:
        found = checks.findings()
        body = [{"name": name, "status": found[name].status} for name in sorted(found)]
        return Response(HealthOut({"checks": body}).data)
