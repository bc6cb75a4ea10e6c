"""Deny by default: a view declares, per HTTP method, the permission it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from common.errors import PermissionDenied

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Access(Enum):
    """Declarations that name no permission of the catalogue."""

    PUBLIC = "public"
    AUTHENTICATED = "authenticated"


Requirement = Access | str
Declaration = Mapping[str, Requirement]


class Nobody(AnonymousUser):
    """The user of a request without a token: no role, no permissions."""

    role = ""
    full_name = ""
    custom_role = None

    def has_permission(self, _: str) -> bool:
        return False


class DeclaredPermission(BasePermission):
    """Checks ``required_permissions`` of the view; a method without a declaration is denied."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        declared: Declaration = getattr(view, "required_permissions", {})
        method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
        requirement = declared.get(method)
        if requirement is Access.PUBLIC:
            return True
        if not request.user.is_authenticated:
            return False
        if requirement is None:
            if not hasattr(view, method.lower()):
                raise MethodNotAllowed(method)
            return False
        if isinstance(requirement, Access):
            return True
        if not request.user.has_permission(requirement):
            raise PermissionDenied(f"needs the permission {requirement!s}")
        return True
