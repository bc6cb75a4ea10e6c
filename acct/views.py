"""Sessions, the own profile, and users for administrators."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from acct import selectors, serializers, services
from acct.authentication import (
    BROWSER_HEADER,
    REFRESH_COOKIE,
    is_browser,
    refresh_cookie_clear,
    refresh_cookie_set,
)
from acct.filters import UserFilter
from acct.models import Session, User
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import AuthenticationError, ErrorCode
from rbac.permissions import Permission

_X_SESSION = OpenApiParameter(
    BROWSER_HEADER,
    enum=["cookie"],
    location="header",
    description="For browsers: the refresh token is in an HttpOnly cookie, never in JSON.",
)


def _signed_in(user: User, tokens: services.TokenPair, *, browser: bool) -> Response:
    body = {"access": tokens.access, "user": serializers.MeOut(user).data}
    if not browser:
        return Response(body | {"refresh": tokens.refresh})
    response = Response(body)
    refresh_cookie_set(response, tokens)
    return response


def _session(request: Request) -> Session:
    if not isinstance(request.auth, Session):
        raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
    return request.auth


class Login(ApiView):
    required_permissions = {"POST": Access.PUBLIC}
    authentication_classes = []

    @extend_schema(
        summary="Log in",
        tags=["account"],
        parameters=[_X_SESSION],
        request=serializers.LoginIn,
        responses={
            200: serializers.SessionOut,
            **errors(ErrorCode.CREDENTIALS_INVALID, ErrorCode.VALIDATION, ErrorCode.THROTTLED),
        },
    )
    def post(self, request: Request) -> Response:
        browser = is_browser(request)
        body = serializers.LoginIn(data=request.data)
        body.is_valid(raise_exception=True)
        user_agent = request.headers.get("User-Agent", "")
        user, tokens = services.login(**body.validated_data, user_agent=user_agent)
        return _signed_in(user, tokens, browser=browser)


class TokenRefresh(ApiView):
    required_permissions = {"POST": Access.PUBLIC}
    authentication_classes = []

    @extend_schema(
        summary="Renew the access token and the refresh token",
        tags=["account"],
        parameters=[_X_SESSION],
        request=serializers.RefreshIn,
        responses={
            200: serializers.SessionOut,
            **errors(
                ErrorCode.NOT_AUTHENTICATED,
                ErrorCode.TOKEN_INVALID,
                ErrorCode.TOKEN_REVOKED,
                ErrorCode.VALIDATION,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        if is_browser(request):
            token = request.COOKIES.get(REFRESH_COOKIE)
            if token is None:
                raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
            renewed = services.session_refresh(token=token, leeway=services.BROWSER_LEEWAY)
            return _signed_in(*renewed, browser=True)
        body = serializers.RefreshIn(data=request.data)
        body.is_valid(raise_exception=True)
        renewed = services.session_refresh(token=body.validated_data["refresh"])
        return _signed_in(*renewed, browser=False)


class Logout(ApiView):
    required_permissions = {"POST": Access.AUTHENTICATED}

    @extend_schema(
        summary="Log out",
        tags=["account"],
        parameters=[_X_SESSION],
        request=None,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        browser = is_browser(request)
        services.logout(session=_session(request))
        response = Response(status=204)
        if browser:
            refresh_cookie_clear(response)
        return response


class Me(ApiView):
    required_permissions = {"GET": Access.AUTHENTICATED, "PATCH": Access.AUTHENTICATED}

    @extend_schema(summary="Get my profile", tags=["account"], responses=serializers.MeOut)
    def get(self, request: Request) -> Response:
        return Response(serializers.MeOut(cast(User, request.user)).data)

    @extend_schema(
        summary="Update my profile or password",
        tags=["account"],
        request=serializers.MeIn,
        responses={200: serializers.MeOut, **errors(ErrorCode.VALIDATION)},
    )
    def patch(self, request: Request) -> Response:
        body = serializers.MeIn(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.profile_update(user=cast(User, request.user), **body.validated_data)
        return Response(serializers.MeOut(user).data)


class OwnSessions(ApiView):
    required_permissions = {"GET": Access.AUTHENTICATED, "DELETE": Access.AUTHENTICATED}

    @extend_schema(
        summary="List my sessions",
        tags=["account"],
        responses=serializers.LoginSessionOut(many=True),
    )
    def get(self, request: Request) -> Response:
        found = selectors.sessions_of(self.actor)
        return Response(serializers.sessions_shown(found, _session(request)))

    @extend_schema(
        operation_id="acct_sessions_end_others",
        summary="End all my sessions but this one",
        tags=["account"],
        responses={200: serializers.SessionsEndedOut},
    )
    def delete(self, request: Request) -> Response:
        ended = services.sessions_end(
            actor=self.actor, user_id=self.actor.pk, but=_session(request).pk
        )
        return Response({"ended": ended})


class OwnSession(ApiView):
    required_permissions = {"DELETE": Access.AUTHENTICATED}

    @extend_schema(
        summary="End one of my sessions",
        tags=["account"],
        responses={204: None, **errors(ErrorCode.SESSION_NOT_FOUND)},
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        services.session_end(actor=self.actor, user_id=self.actor.pk, session_id=session_id)
        return Response(status=204)


class Users(GenericApiView):
    required_permissions = {"GET": Permission.MANAGE_USERS, "POST": Permission.MANAGE_USERS}
    list_action = "user.list"
    list_object = "user"
    serializer_class = serializers.UserOut
    queryset = User.objects.none()
    filterset_class = UserFilter
    ordering_fields = ["username", "created_at"]

    @extend_schema(summary="List users", tags=["users"], responses=serializers.UserOut(many=True))
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.visible_to(self.actor).select_related("custom_role")

    @extend_schema(
        summary="Create a user",
        tags=["users"],
        request=serializers.UserIn,
        responses={
            201: serializers.UserOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE),
        },
    )
    def post(self, request: Request) -> Response:
        body = serializers.UserIn(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.user_create(actor=self.actor, **body.validated_data)
        return Response(serializers.UserOut(user).data, status=201)


class UserDetail(ApiView):
    required_permissions = {"GET": Permission.MANAGE_USERS, "PATCH": Permission.MANAGE_USERS}

    @extend_schema(
        summary="Get a user",
        tags=["users"],
        responses={200: serializers.UserOut, **errors(ErrorCode.USER_NOT_FOUND)},
    )
    def get(self, request: Request, user_id: int) -> Response:
        return Response(serializers.UserOut(selectors.user_get(user_id)).data)

    @extend_schema(
        summary="Update a user and the user's role",
        tags=["users"],
        request=serializers.UserPatchIn,
        responses={
            200: serializers.UserOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.USER_NOT_FOUND),
        },
    )
    def patch(self, request: Request, user_id: int) -> Response:
        body = serializers.UserPatchIn(data=request.data)
        body.is_valid(raise_exception=True)
        user = selectors.user_get(user_id)
        changed = services.user_update(actor=self.actor, user_id=user.pk, **body.validated_data)
        return Response(serializers.UserOut(changed).data)


class UserSessions(ApiView):
    required_permissions = {"GET": Permission.MANAGE_USERS, "DELETE": Permission.MANAGE_USERS}

    @extend_schema(
        summary="List the sessions of a user",
        tags=["users"],
        responses={
            200: serializers.LoginSessionOut(many=True),
            **errors(ErrorCode.USER_NOT_FOUND),
        },
    )
    def get(self, request: Request, user_id: int) -> Response:
        user = selectors.user_get(user_id)
        services.sessions_read(actor=self.actor, user_id=user.pk)
        found = selectors.sessions_of(user)
        return Response(serializers.sessions_shown(found, _session(request)))

    @extend_schema(
        operation_id="acct_users_sessions_end_all",
        summary="End all sessions of a user",
        tags=["users"],
        responses={200: serializers.SessionsEndedOut, **errors(ErrorCode.USER_NOT_FOUND)},
    )
    def delete(self, request: Request, user_id: int) -> Response:
        user = selectors.user_get(user_id)
        return Response({"ended": services.sessions_end(actor=self.actor, user_id=user.pk)})


class UserSession(ApiView):
    required_permissions = {"DELETE": Permission.MANAGE_USERS}

    @extend_schema(
        summary="End one session of a user",
        tags=["users"],
        responses={
            204: None,
            **errors(ErrorCode.USER_NOT_FOUND, ErrorCode.SESSION_NOT_FOUND),
        },
    )
    def delete(self, request: Request, user_id: int, session_id: UUID) -> Response:
        user = selectors.user_get(user_id)
        services.session_end(actor=self.actor, user_id=user.pk, session_id=session_id)
        return Response(status=204)
