"""Roles, permissions and the menus that follow from them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.permissions import Access
from common.api.schema import answer
from common.api.views import ApiView
from rbac import examples, selectors
from rbac.permissions import Permission
from rbac.serializers import MenuOut, RoleOut


class Roles(ApiView):
    required_permissions = {"GET": Permission.MANAGE_ROLES}

    @extend_schema(
        summary="List the roles and their permissions", tags=["roles"], responses=RoleOut(many=True)
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.roles_list())


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
