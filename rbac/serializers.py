from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from rbac import examples
from rbac.permissions import Permission, Role, Scope


class RolePermissionOut(serializers.Serializer[Any]):
    permission = serializers.ChoiceField([(p.value, p.name) for p in Permission])
    scope = serializers.ChoiceField([s.value for s in Scope])


@example(examples.ROLE)
class RoleOut(serializers.Serializer[Any]):
    role = serializers.ChoiceField([r.value for r in Role])
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
