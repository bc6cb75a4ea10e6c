"""Sets the reading state of a study."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.reading import serializers
from ris.reading.services import study_reading_set


class StudyReading(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Set the reading state of a study",
        description=(
            "READING assigns the study to me, READ completes the reading and UNREAD releases the "
            "study. If another user reads the study, UNREAD is the only state that I can set."
        ),
        tags=["imaging"],
        request=serializers.ReadingIn,
        responses={
            200: serializers.ReadingOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.ReadingIn(data=request.data)
        body.is_valid(raise_exception=True)
        state = study_reading_set(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.ReadingOut(state).data)
