"""Who reads a study: its reading state, the lock of its reader, its assignment."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.reading import serializers
from ris.reading.services import (
    readers,
    reading_lock,
    reading_unlock,
    study_assign,
    study_reading_set,
)


class Readers(ApiView):
    """Of no patient."""

    required_permissions = {"GET": Permission.REVIEW_AI}

    @extend_schema(
        summary="List the users to whom a study can be assigned or handed over",
        tags=["imaging"],
        responses=serializers.ReaderOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(serializers.ReaderOut(readers(), many=True).data)


class StudyReading(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Set the reading state of a study",
        description=(
            "READING assigns the study to me, READ completes the reading and UNREAD releases the "
            "study. If another user reads the study, UNREAD is the only state that I can set, "
            "with a reason; without one, 409 says who reads it."
        ),
        tags=["imaging"],
        request=serializers.ReadingIn,
        responses={
            200: serializers.ReadingOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.STUDY_LOCKED,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.ReadingIn(data=request.data)
        body.is_valid(raise_exception=True)
        state = study_reading_set(
            actor=self.actor,
            study_instance_uid=study_instance_uid,
            session=request.auth.pk,
            **body.validated_data,
        )
        return Response(serializers.ReadingOut(state).data)


class StudyLock(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Lock a study for my reading, or keep my lock for longer",
        description=(
            "409 says who reads it. With a reason the study is taken over from that user. A lock "
            "ends with my session, or some minutes after I last asked for it."
        ),
        tags=["imaging"],
        request=serializers.LockIn,
        responses={
            200: serializers.LockOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.STUDY_LOCKED),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.LockIn(data=request.data)
        body.is_valid(raise_exception=True)
        state = reading_lock(
            actor=self.actor,
            study_instance_uid=study_instance_uid,
            session=request.auth.pk,
            **body.validated_data,
        )
        return Response(serializers.LockOut(state).data)


class StudyUnlock(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="End my lock of a study, or hand it over to a colleague",
        tags=["imaging"],
        request=serializers.UnlockIn,
        responses={
            200: serializers.LockOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.USER_NOT_FOUND,
                ErrorCode.STUDY_LOCKED,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.UnlockIn(data=request.data)
        body.is_valid(raise_exception=True)
        state = reading_unlock(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.LockOut(state).data)


class StudyAssign(ApiView):
    required_permissions = {"POST": Permission.REVIEW_AI}

    @extend_schema(
        summary="Assign a study to a reader, or to nobody",
        tags=["imaging"],
        request=serializers.StudyAssignIn,
        responses={
            200: serializers.LockOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.USER_NOT_FOUND),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.StudyAssignIn(data=request.data)
        body.is_valid(raise_exception=True)
        state = study_assign(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.LockOut(state).data)
