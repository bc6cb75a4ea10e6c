"""One's own notifications."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alert import selectors, serializers, services
from alert.filters import NotificationFilter
from alert.models import Notification
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode


def _me(request: Request) -> int:
    """The id of the person asking; the views below let nobody else in."""
    return cast(int, request.user.pk)


class Notifications(GenericApiView):
    required_permissions = {"GET": Access.AUTHENTICATED}
    list_action = "notification.list"
    list_object = "notification"
    serializer_class = serializers.NotificationOut
    queryset = Notification.objects.none()
    filterset_class = NotificationFilter
    ordering_fields = ["id"]

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row.about["patient"]["id"] for row in rows if row.about["patient"]]

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.visible_to(self.actor)

    @extend_schema(
        summary="List my notifications, newest first",
        tags=["alerts"],
        responses=serializers.NotificationOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        return selectors.described(self.actor, page)


class NotificationsRead(ApiView):
    required_permissions = {"POST": Access.AUTHENTICATED}

    @extend_schema(
        summary="Mark my notifications as read (all of them without ids)",
        tags=["alerts"],
        request=serializers.NotificationsReadIn,
        responses={200: serializers.NotificationsReadOut, **errors(ErrorCode.VALIDATION)},
    )
    def post(self, request: Request) -> Response:
        body = serializers.NotificationsReadIn(data=request.data)
        body.is_valid(raise_exception=True)
        user_id = _me(request)
        read = services.notifications_read(user_id=user_id, ids=body.validated_data.get("ids"))
        return Response({"read": read, "unread": selectors.unread_count(user_id)})
