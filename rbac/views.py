"""Roles, permissions and the menus that follow from them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.etag import expected_version, with_etag
from common.api.permissions import Access
from common.api.schema import answer, errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac import examples, selectors, services
from rbac.models import CustomRole
from rbac.permissions import Permission
from rbac.serializers import MenuOut, RoleIn, RoleOut, RolePatchIn

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201])


def _role_response(role: CustomRole, status: int = 200) -> Response:
    described = selectors.role_described(role.base_role, role)
    return with_etag(Response(RoleOut(described).data, status=status), role.version)


class Roles(ApiView):
    required_permissions = {"GET": Permission.MANAGE_ROLES, "POST": Permission.MANAGE_ROLES}

    @extend_schema(
        summary="List the roles and their permissions", tags=["roles"], responses=RoleOut(many=True)
    )
    def get(self, request: Request) -> Response:
        return Response(RoleOut(selectors.roles_list(), many=True).data)

    @extend_schema(
        summary="Create a role of the hospital's own",
        description="It has the permissions of its base without those removed and with those added "
        "below the base's ceiling.",
        tags=["roles"],
        parameters=[_ETAG],
        request=RoleIn,
        responses={
            201: RoleOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.DUPLICATE, ErrorCode.VERSION_CONFLICT),
        },
    )
    def post(self, request: Request) -> Response:
        body = RoleIn(data=request.data)
        body.is_valid(raise_exception=True)
        role = services.role_create(actor=self.actor, **body.validated_data)
        return _role_response(role, 201)


class CustomRoleDetail(ApiView):
    required_permissions = {
        "GET": Permission.MANAGE_ROLES,
        "PATCH": Permission.MANAGE_ROLES,
        "DELETE": Permission.MANAGE_ROLES,
    }

    @extend_schema(
        summary="Get a role of the hospital's own",
        tags=["roles"],
        parameters=[_ETAG],
        responses={200: RoleOut, **errors(ErrorCode.ROLE_NOT_FOUND)},
    )
    def get(self, request: Request, code: str) -> Response:
        return _role_response(selectors.custom_role_get(code))

    @extend_schema(
        summary="Change a role of the hospital's own",
        description="It counts at the next request of everybody who has the role.",
        tags=["roles"],
        parameters=[_IF_MATCH, _ETAG],
        request=RolePatchIn,
        responses={
            200: RoleOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.ROLE_NOT_FOUND,
                ErrorCode.DUPLICATE,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.PRECONDITION_REQUIRED,
                ErrorCode.LAST_ADMINISTRATOR,
            ),
        },
    )
    def patch(self, request: Request, code: str) -> Response:
        expected = expected_version(request)
        body = RolePatchIn(data=request.data)
        body.is_valid(raise_exception=True)
        role = services.role_update(
            actor=self.actor, code=code, expected=expected, **body.validated_data
        )
        return _role_response(role)

    @extend_schema(
        summary="Retire a role of the hospital's own",
        description="Refused while a user has it.",
        tags=["roles"],
        responses={
            204: None,
            **errors(ErrorCode.ROLE_NOT_FOUND, ErrorCode.ROLE_HELD, ErrorCode.VERSION_CONFLICT),
        },
    )
    def delete(self, request: Request, code: str) -> Response:
        services.role_retire(actor=self.actor, code=code)
        return Response(status=204)


class Permissions(ApiView):
    required_permissions = {"GET": Permission.MANAGE_ROLES}

    @extend_schema(
        summary="List all permissions",
        tags=["roles"],
        responses={
            200: answer(
                {"type": "array", "items": {"$ref": "#/components/schemas/Permission"}},
                examples.PERMISSIONS,
            )
        },
    )
    def get(self, request: Request) -> Response:
        return Response(list(Permission))


class MyMenus(ApiView):
    required_permissions = {"GET": Access.AUTHENTICATED}

    @extend_schema(
        summary="Get my menu",
        tags=["roles"],
        responses=MenuOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.menus_for(self.actor))
