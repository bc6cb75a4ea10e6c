from __future__ import annotations

from typing import Any

from rest_framework import serializers


class RolePermissionOut(serializers.Serializer[Any]):
    permission = serializers.CharField()
    scope = serializers.CharField()


class RoleOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    permissions = RolePermissionOut(many=True)


class MenuLabelOut(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class MenuOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = MenuLabelOut()  # type: ignore[assignment]
    icon = serializers.CharField()
    route = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField())
