from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from rbac import examples
from rbac.menus import MENUS
from rbac.models import CustomRole
from rbac.permissions import Permission, Role, Scope

PERMISSIONS = [(p.value, p.name) for p in Permission]
MENU_KEYS = [entry.key for entry in MENUS]


class RolePermissionOut(serializers.Serializer[Any]):
    permission = serializers.ChoiceField(PERMISSIONS)
    scope = serializers.ChoiceField([s.value for s in Scope])


class MenuLabelOut(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class RoleMenuOut(serializers.Serializer[Any]):
    key = serializers.ChoiceField(MENU_KEYS)
    label = MenuLabelOut()  # type: ignore[assignment]
    permission = serializers.ChoiceField(PERMISSIONS, allow_null=True)


@example(examples.CUSTOM_ROLE)
class CustomRoleBriefOut(serializers.ModelSerializer[CustomRole]):
    class Meta:
        model = CustomRole
        fields = ["code", "name_ko", "name_en"]
        read_only_fields = fields


class CustomRoleOut(serializers.ModelSerializer[CustomRole]):
    removed = serializers.ListField(child=serializers.ChoiceField(PERMISSIONS))
    added = serializers.ListField(child=serializers.ChoiceField(PERMISSIONS))
    menu_order = serializers.ListField(child=serializers.ChoiceField(MENU_KEYS))
    holders = serializers.SerializerMethodField(help_text="Number of users with this role")

    class Meta:
        model = CustomRole
        fields = [
            "code",
            "name_ko",
            "name_en",
            "removed",
            "added",
            "menu_order",
            "version",
            "holders",
        ]
        read_only_fields = fields

    def get_holders(self, role: CustomRole) -> int:
        counted: int | None = getattr(role, "holders", None)
        return role.users.count() if counted is None else counted


@example(examples.ROLE)
class RoleOut(serializers.Serializer[Any]):
    role = serializers.ChoiceField([r.value for r in Role], help_text="Of a custom role its base")
    custom = CustomRoleOut(allow_null=True)
    permissions = RolePermissionOut(many=True)
    ceiling = RolePermissionOut(many=True, help_text="What a custom role may add to this base")
    menus = RoleMenuOut(many=True, help_text="The first level, in the order of this role")


class RoleName(serializers.RegexField):
    """One line without control characters."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(r"\A[^\x00-\x1f\x7f-\x9f]+\Z", max_length=50, required=required)


class RoleFieldsIn(serializers.Serializer[Any]):
    name_ko = RoleName()
    name_en = RoleName()
    removed = serializers.ListField(child=serializers.ChoiceField(PERMISSIONS), required=False)
    added = serializers.ListField(child=serializers.ChoiceField(PERMISSIONS), required=False)
    menu_order = serializers.ListField(
        child=serializers.ChoiceField(MENU_KEYS),
        required=False,
        help_text="Menu entries of the first level that come first",
    )


@example(examples.ROLE_NEW)
class RoleIn(RoleFieldsIn):
    base_role = serializers.ChoiceField([r.value for r in Role])


@example(examples.ROLE_CHANGE)
class RolePatchIn(RoleFieldsIn):
    name_ko = RoleName(required=False)
    name_en = RoleName(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "base_role" in self.initial_data:
            raise serializers.ValidationError({"base_role": "The base of a role does not change."})
        return attrs


@example(examples.MENU)
class MenuOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = MenuLabelOut()  # type: ignore[assignment]
    icon = serializers.CharField()
    route = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField())
