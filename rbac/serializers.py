from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from rbac import examples


class RolePermissionOut(serializers.Serializer[Any]):
    permission = serializers.CharField()
    scope = serializers.CharField()


@example(examples.ROLE)
class RoleOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    permissions = RolePermissionOut(many=True)


class MenuLabelOut(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


@example(examples.MENU)
class MenuOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = MenuLabelOut()  # type: ignore[assignment]
    icon = serializers.CharField()
    route = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField())
